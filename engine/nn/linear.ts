/** The fully connected layer. */

import { flag } from "../core/kinds";
import type { OptionPositions, Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { requireGrad, type Tensor, zeroFilled } from "../core/tensor";
import { linear } from "../ops/linear";
import { kaimingUniform, uniform } from "./init";
import { Module } from "./module";
import { checkSize } from "./options";

/** What `nn.Linear` takes besides its sizes. */
export interface LinearOptions {
  /** Whether a bias is added; true when left out. */
  bias?: boolean;
}

type Args = [inFeatures: number, outFeatures: number, options?: LinearOptions];
type InPositions = [
  inFeatures: number,
  outFeatures: number,
  ...OptionPositions<[bias?: boolean], LinearOptions>,
];

const signature = takes(["inFeatures", "outFeatures"], { bias: flag });

/** x Wᵀ + b with weight [outFeatures, inFeatures] and bias [outFeatures], initialised as in PyTorch. */
export class Linear extends Module {
  /** [outFeatures, inFeatures], uniform in ±1/√inFeatures at first. */
  weight: Tensor;
  /** [outFeatures], uniform in ±1/√inFeatures at first; null without. */
  bias: Tensor | null;
  /** Size of the last dimension of the input. */
  readonly inFeatures: number;
  /** Size of the last dimension of the output. */
  readonly outFeatures: number;

  constructor(...args: Widest<Args, InPositions>) {
    super();
    const [inFeatures, outFeatures, options = {}] = readCall<Args>("nn.Linear", signature, args);
    checkSize("nn.Linear", { inFeatures, outFeatures });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = requireGrad(kaimingUniform(zeroFilled([outFeatures, inFeatures]), { a: Math.sqrt(5) }));
    this.bias = options.bias === false ? null : biasFor(outFeatures, inFeatures);
  }

  /** @param x [… , inFeatures]; the result is [… , outFeatures] */
  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}

/** A bias uniform in ±1/√fanIn, PyTorch's default. */
export function biasFor(size: number, fanIn: number): Tensor {
  const bound = 1 / Math.sqrt(fanIn);
  return requireGrad(uniform(zeroFilled([size]), { a: -bound, b: bound }));
}
