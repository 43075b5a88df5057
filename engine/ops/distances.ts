/** Lengths of vectors and distances between them: normalize, pairwiseDistance. */

import { dim, flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat } from "./arguments";
import { add, div, sub } from "./arithmetic";
import { composed } from "./composed";
import { clamp } from "./select";
import { norm } from "./statistics";

/** What `normalize` takes besides x. */
export interface NormalizeOptions {
  /** Which norm; 2 when left out. */
  p?: number;
  /** The dimension along which the vectors lie; 1 when left out. */
  dim?: number;
  /** Lengths below this count as this; 1e-12 when left out. */
  eps?: number;
}

/** Vectors along a dimension divided by their lengths, as `torch.nn.functional.normalize`. */
export const normalize: (
  ...args: Widest<
    [x: Tensor, options?: NormalizeOptions],
    [x: Tensor, ...Positions<[p?: number, dim?: number, eps?: number], NormalizeOptions>]
  >
) => Tensor = composed(
  "normalize",
  takes(["x"], { p: number, dim, eps: number }),
  (x: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor =>
    div(x, clamp(norm(checkFloat(x), { ord: p, dim, keepdim: true }), { min: eps })),
);

/** What `pairwiseDistance` takes besides its tensors. */
export interface PairwiseDistanceOptions {
  /** Which norm; 2 when left out. */
  p?: number;
  /** Added to every difference; 1e-6 when left out. */
  eps?: number;
  /** Whether the last dimension stays, with size 1; false when left out. */
  keepdim?: boolean;
}

/** ‖x − y + eps‖ over the last dimension; x and y broadcast. */
export const pairwiseDistance: (
  ...args: Widest<
    [x: Tensor, y: Tensor, options?: PairwiseDistanceOptions],
    [
      x: Tensor,
      y: Tensor,
      ...Positions<[p?: number, eps?: number, keepdim?: boolean], PairwiseDistanceOptions>,
    ]
  >
) => Tensor = composed(
  "pairwiseDistance",
  takes(["x", "y"], { p: number, eps: number, keepdim: flag }),
  (x: Tensor, y: Tensor, { p = 2, eps = 1e-6, keepdim = false }: PairwiseDistanceOptions = {}): Tensor =>
    norm(add(sub(checkFloat(x), checkFloat(y, "y")), eps), { ord: p, dim: -1, keepdim }),
);
