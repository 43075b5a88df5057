/** Running sums along a dimension. */

import { allocate, isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { dim, flag } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor, type TensorLike } from "../core/tensor";
import { toTensor } from "./to-tensor";

/** What running sums and products go along. */
export interface ScanOptions {
  /** The dimension, counted from either end; it has no default. */
  dim: number;
}

/** What `cumsum` takes besides x. */
export interface CumsumOptions extends ScanOptions {
  /** Starts at the end; false when left out. */
  reverse?: boolean;
}

export type ScanArgs<O> = [x: TensorLike, options: O];

export interface ScanAttrs {
  readonly dim: number;
}

/** The tensor and the dimension of a running sum or product. */
export function scanArgs(x: TensorLike, options: ScanOptions): { inputs: [Tensor]; attrs: ScanAttrs } {
  const input = toTensor(x);
  if (options?.dim === undefined) throw new ModelError("dim is missing, expected the dimension to go along");
  return { inputs: [input], attrs: { dim: normalizeDim(options.dim, input.ndim) } };
}

/** Folds along `dim` and keeps every step; from the end when `reverse`. */
export function scan(
  x: Tensor,
  dim: number,
  fold: (a: number, b: number) => number,
  reverse = false,
): Tensor {
  const dtype = isFloat(x.dtype) ? x.dtype : "int32";
  const out = allocate(dtype, x.size);
  const n = x.ndim === 0 ? 1 : (x.shape[dim] as number);
  const inner = sizeOf(x.shape.slice(dim + 1));
  const rows = n === 0 ? 0 : x.size / n;
  for (let r = 0; r < rows; r++) {
    const start = Math.floor(r / inner) * n * inner + (r % inner) + (reverse ? (n - 1) * inner : 0);
    const step = reverse ? -inner : inner;
    let sum = x.data[start] as number;
    out[start] = sum;
    for (let s = 1; s < n; s++) {
      sum = fold(sum, x.data[start + s * step] as number);
      out[start + s * step] = sum;
    }
  }
  return new Tensor(out, x.shape, dtype);
}

/** The running sum along a dimension. */
export const cumsum: OpFunction<
  ScanArgs<CumsumOptions>,
  [x: TensorLike, ...Positions<[dim: number], CumsumOptions>]
> = defineOp({
  name: "cumsum",
  takes: takes(["x"], { dim }, { named: { reverse: flag } }),
  role: "gathers",
  label: "cumsum x",
  formula: "\\bar{x}_i = \\textstyle\\sum_{k \\ge i} \\bar{o}_k",
  args(x, options) {
    const { inputs, attrs } = scanArgs(x, options);
    return { inputs, attrs: { ...attrs, reverse: options.reverse ?? false } };
  },
  forward: ([x], { dim, reverse }) => scan(x as Tensor, dim, (a, b) => a + b, reverse),
  vjp: [(g, { attrs: { dim, reverse } }) => cumsum(g, { dim, reverse: !reverse })],
  jvp: [(t, { attrs }) => cumsum(t, attrs)],
  samples: (r) => [
    [r.uniform([2, 3]), { dim: 1 }],
    [r.uniform([2, 3, 2]), { dim: -2 }],
    [r.uniform([3]), { dim: 0, reverse: true }],
  ],
});
