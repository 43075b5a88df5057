/** Softmax and its logarithm along a dimension. */

import { ModelError } from "../core/error";
import { dim } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { normalizeDim } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import { div, mul, sub } from "./arithmetic";
import { sum } from "./broadcast";
import { exp, log } from "./exponentials";
import { amax } from "./extremes";
import { floating, toTensor } from "./to-tensor";

/** What `softmax` and `logSoftmax` go along. */
export interface DimOptions {
  /** The dimension along which the probabilities sum to 1, counted from either end; it has no default. */
  dim: number;
}

type DimArgs = [x: TensorLike, options: DimOptions];
type DimPositions = [x: TensorLike, ...Positions<[dim: number], DimOptions>];
type AlongDim = OpFunction<DimArgs, DimPositions>;

const takesDim = takes(["x"], { dim });

interface DimAttrs {
  readonly dim: number;
}

/** The tensor and the dimension of a call that needs one. */
export function alongDim(x: TensorLike, options: DimOptions): { inputs: [Tensor]; attrs: DimAttrs } {
  const input = floating(toTensor(x));
  if (options?.dim === undefined) throw new ModelError("dim is missing, expected the dimension to go along");
  return { inputs: [input], attrs: { dim: normalizeDim(options.dim, input.ndim) } };
}

const total = (x: Tensor, dim: number) => sum(x, x.ndim === 0 ? {} : { dim, keepdim: true });

/** x without its largest value along `dim`, so that exp does not overflow. */
function shifted(x: Tensor, dim: number): Tensor {
  return x.size === 0 ? x : sub(x, amax(x, x.ndim === 0 ? {} : { dim, keepdim: true }));
}

/** Positive numbers that sum to 1 along `dim`. */
export const softmax: AlongDim = defineOp<DimArgs, DimAttrs, DimPositions>({
  name: "softmax",
  takes: takesDim,
  role: "normalises",
  label: "softmax x",
  formula: "\\bar{x} = o \\, (\\bar{o} - \\textstyle\\sum \\bar{o} \\, o)",
  args: alongDim,
  forward([x], { dim }) {
    const e = exp(shifted(x as Tensor, dim));
    return div(e, total(e, dim));
  },
  vjp: [(g, { out, attrs: { dim } }) => mul(out, sub(g, total(mul(g, out), dim)))],
  jvp: [(t, { out, attrs: { dim } }) => mul(out, sub(t, total(mul(t, out), dim)))],
  samples: (r) => [
    [r.uniform([2, 3]), { dim: 1 }],
    [r.uniform([2, 3, 2]), { dim: -2 }],
    [r.uniform([3, 1]), { dim: 0 }],
  ],
});

/** ln softmax(x), also where softmax underflows. */
export const logSoftmax: AlongDim = defineOp<DimArgs, DimAttrs, DimPositions>({
  name: "logSoftmax",
  takes: takesDim,
  role: "normalises",
  label: "log softmax x",
  formula: "\\bar{x} = \\bar{o} - \\mathrm{softmax}(x) \\textstyle\\sum \\bar{o}",
  args: alongDim,
  forward([x], { dim }) {
    const s = shifted(x as Tensor, dim);
    return sub(s, log(total(exp(s), dim)));
  },
  vjp: [(g, { out, attrs: { dim } }) => sub(g, mul(exp(out), total(g, dim)))],
  jvp: [(t, { out, attrs: { dim } }) => sub(t, total(mul(exp(out), t), dim))],
  samples: (r) => [
    [r.uniform([2, 3]), { dim: 1 }],
    [r.uniform([2, 3, 2]), { dim: -2 }],
    [r.uniform([3, 1]), { dim: 0 }],
  ],
});
