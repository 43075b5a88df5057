/** How a backward pass is called: with a gradient, with options, in PyTorch's positions. */
import { flag } from "../core/kinds";
import { readCall, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";

export interface BackwardOptions {
  /** Records the backward pass itself, so that it can be differentiated. */
  createGraph?: boolean;
  /** Allows a second backward pass through the same operations. Default: the value of createGraph. */
  retainGraph?: boolean;
}

type BackwardArgs = [output: Tensor, gradient?: Tensor | null | undefined, options?: BackwardOptions];
type BackwardPositions =
  | [output: Tensor, options: BackwardOptions]
  | [output: Tensor, gradient: Tensor | null | undefined, retainGraph: boolean, createGraph?: boolean];

const takesBackward = takes(["output", "gradient"], { retainGraph: flag, createGraph: flag });

/** What `backward` may be called with. */
export type BackwardCall = BackwardArgs | BackwardPositions;

export function readBackward(args: BackwardCall): BackwardArgs {
  return readCall<BackwardArgs>("backward", takesBackward, args);
}
