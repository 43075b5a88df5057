/** Spread and size of the elements along dimensions: var, std, norm, logsumexp. */

import { ModelError } from "../core/error";
import { dims, flag, number } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import { abs, add, div, mul, sub } from "./arithmetic";
import { sum } from "./broadcast";
import { cast } from "./cast";
import { eq, isfinite, logicalNot } from "./comparison";
import { exp, log } from "./exponentials";
import { amax, amin } from "./extremes";
import { mean } from "./mean";
import { pow, sqrt } from "./powers";
import {
  countOf,
  type Reduce,
  type ReduceArgs,
  type ReduceAttrs,
  type ReduceOptions,
  type ReducePositions,
  reduceAttrs,
  restoreDims,
  takesDims,
} from "./reducing";
import { sign } from "./rounding";
import { maskedFill } from "./select";
import { floating, toTensor } from "./to-tensor";

/** What `var` and `std` take besides x. */
export interface VarOptions extends ReduceOptions {
  /** Subtracted from the number of elements; 1 when left out (Bessel). */
  correction?: number;
  /** False is another word for correction 0, true for 1. */
  unbiased?: boolean;
}

type VarArgs = [x: TensorLike, options?: VarOptions];
type VarPositions = [
  x: TensorLike,
  ...Positions<[dim?: number | readonly number[] | null, unbiased?: boolean, keepdim?: boolean], VarOptions>,
];
type Spread = OpFunction<VarArgs, VarPositions>;

const takesSpread = takes(
  ["x"],
  { dim: dims, unbiased: flag, keepdim: flag },
  { named: { correction: number } },
);

interface VarAttrs extends ReduceAttrs {
  readonly correction: number;
}

function varArgs(x: TensorLike, options: VarOptions = {}): { inputs: [Tensor]; attrs: VarAttrs } {
  const input = floating(toTensor(x));
  const { unbiased = true, correction = unbiased ? 1 : 0, ...rest } = options;
  return {
    inputs: [input],
    attrs: { ...reduceAttrs(input, rest), correction },
  };
}

const optionsOf = ({ dims, keepdim }: ReduceAttrs): ReduceOptions => ({ dim: dims, keepdim });

/** x − mean, and the number by which the squares are divided. */
function centred(x: Tensor, attrs: VarAttrs): { residual: Tensor; count: number } {
  const middle = mean(x, { dim: attrs.dims, keepdim: true });
  return { residual: sub(x, middle), count: Math.max(0, countOf(x, attrs) - attrs.correction) };
}

function variance(x: Tensor, attrs: VarAttrs): Tensor {
  const { residual, count } = centred(x, attrs);
  return div(sum(mul(residual, residual), optionsOf(attrs)), count);
}

/** The local derivative of the variance, by element. */
function slope(x: Tensor, attrs: VarAttrs): Tensor {
  const { residual, count } = centred(x, attrs);
  return mul(residual, 2 / count);
}

/** Variance over dimensions, of a sample unless `correction` says otherwise. */
export const variances: Spread = defineOp<VarArgs, VarAttrs, VarPositions>({
  name: "var",
  takes: takesSpread,
  role: "normalises",
  label: "var x",
  formula: "\\bar{x} = \\bar{o} \\, 2 (x - \\mathrm{mean}\\,x) / (n - 1)",
  args: varArgs,
  forward: ([x], attrs) => variance(x as Tensor, attrs),
  vjp: [(g, { x, attrs }) => mul(restoreDims(g, x, attrs), slope(x, attrs))],
  jvp: [(t, { x, attrs }) => sum(mul(t, slope(x, attrs)), optionsOf(attrs))],
  samples: (r) => [
    [r.uniform([2, 3])],
    [r.uniform([2, 3]), { dim: 1 }],
    [r.uniform([2, 3, 2]), { dim: [0, 2], correction: 0, keepdim: true }],
  ],
});

/** g / (2 · deviation), and 0 where nothing deviates. */
function throughRoot(g: Tensor, out: Tensor): Tensor {
  return maskedFill(div(g, mul(out, 2)), eq(out, 0), 0);
}

/** Standard deviation over dimensions; its slope where nothing deviates is 0. */
export const std: Spread = defineOp<VarArgs, VarAttrs, VarPositions>({
  name: "std",
  takes: takesSpread,
  role: "normalises",
  label: "std x",
  formula: "\\bar{x} = \\bar{o} \\, (x - \\mathrm{mean}\\,x) / ((n - 1) \\, o)",
  args: varArgs,
  forward: ([x], attrs) => sqrt(variance(x as Tensor, attrs)),
  vjp: [(g, { x, out, attrs }) => mul(restoreDims(throughRoot(g, out), x, attrs), slope(x, attrs))],
  jvp: [(t, { x, out, attrs }) => throughRoot(sum(mul(t, slope(x, attrs)), optionsOf(attrs)), out)],
  samples: (r) => [
    [r.uniform([2, 3]), { dim: 1 }],
    [r.uniform([2, 3, 2]), { dim: [0, 2], correction: 0, keepdim: true }],
  ],
});

/** What `norm` takes besides x. */
export interface NormOptions extends ReduceOptions {
  /** 2 when left out; any number, Infinity and −Infinity included; 0 counts what is not zero. */
  ord?: number;
}

export interface NormAttrs extends ReduceAttrs {
  readonly ord: number;
}

export function vectorNorm(x: Tensor, attrs: NormAttrs): Tensor {
  const { ord } = attrs;
  const options = optionsOf(attrs);
  const size = abs(x);
  if (ord === 2) return sqrt(sum(mul(x, x), options));
  if (ord === 1) return sum(size, options);
  if (ord === Number.POSITIVE_INFINITY) return amax(size, options);
  if (ord === Number.NEGATIVE_INFINITY) return amin(size, options);
  if (ord === 0) return sum(cast(logicalNot(eq(x, 0)), x.dtype), options);
  return pow(sum(pow(size, ord), options), 1 / ord);
}

/** The local derivative of the norm by each element; 0 where the norm is 0. */
export function normSlope(x: Tensor, out: Tensor, attrs: NormAttrs): Tensor {
  const { ord } = attrs;
  const norm = restoreDims(out, x, attrs);
  if (ord === 0) return mul(x, 0);
  if (ord === 1) return sign(x);
  if (ord === 2) return maskedFill(div(x, norm), eq(norm, 0), 0);
  if (!Number.isFinite(ord)) {
    const hit = cast(eq(abs(x), norm), x.dtype);
    return mul(sign(x), div(hit, sum(hit, { dim: attrs.dims, keepdim: true })));
  }
  const scaled = div(pow(abs(x), ord - 1), pow(norm, ord - 1));
  return maskedFill(mul(sign(x), scaled), eq(mul(x, norm), 0), 0);
}

/** Vector norm over dimensions, as `torch.linalg.vector_norm`. */
export const norm: OpFunction<
  [x: TensorLike, options?: NormOptions],
  [
    x: TensorLike,
    ...Positions<[ord?: number, dim?: number | readonly number[] | null, keepdim?: boolean], NormOptions>,
  ]
> = defineOp({
  name: "norm",
  takes: takes(["x"], { ord: number, dim: dims, keepdim: flag }, { aliases: { p: "ord" } }),
  role: "normalises",
  label: "‖x‖",
  formula: "\\bar{x} = \\bar{o} \\, x / o",
  args(x, options = {}) {
    const input = floating(toTensor(x));
    const { ord = 2, ...rest } = options;
    return { inputs: [input], attrs: { ...reduceAttrs(input, rest), ord } };
  },
  forward: ([x], attrs) => vectorNorm(x as Tensor, attrs),
  vjp: [(g, { x, out, attrs }) => mul(restoreDims(g, x, attrs), normSlope(x, out, attrs))],
  jvp: [(t, { x, out, attrs }) => sum(mul(t, normSlope(x, out, attrs)), optionsOf(attrs))],
  samples: (r) => [
    [r.awayFromZero([2, 3])],
    [r.awayFromZero([2, 3]), { dim: 1, keepdim: true }],
    [r.awayFromZero([2, 3]), { ord: 1, dim: 0 }],
    [r.awayFromZero([2, 3]), { ord: 3 }],
    [r.distinct([2, 3]), { ord: Number.POSITIVE_INFINITY, dim: 1 }],
  ],
});

/** ln Σ eˣ over dimensions, without overflow. */
export const logsumexp: Reduce = defineOp<ReduceArgs, ReduceAttrs, ReducePositions>({
  name: "logsumexp",
  takes: takesDims,
  role: "normalises",
  label: "ln Σ eˣ",
  formula: "\\bar{x} = \\bar{o} \\, \\mathrm{softmax}(x)",
  args(x, options) {
    const input = floating(toTensor(x));
    if (options?.dim === undefined)
      throw new ModelError("dim is missing, expected one or several dimensions");
    return { inputs: [input], attrs: reduceAttrs(input, options) };
  },
  forward([x], attrs) {
    const { dims } = attrs;
    const top = amax(x as Tensor, { dim: dims, keepdim: true });
    const shift = maskedFill(top, logicalNot(isfinite(top)), 0);
    const total = log(sum(exp(sub(x as Tensor, shift)), optionsOf(attrs)));
    return add(total, attrs.keepdim ? shift : sum(shift, { dim: dims }));
  },
  vjp: [(g, { x, out, attrs }) => mul(restoreDims(g, x, attrs), exp(sub(x, restoreDims(out, x, attrs))))],
  jvp: [(t, { x, out, attrs }) => sum(mul(t, exp(sub(x, restoreDims(out, x, attrs)))), optionsOf(attrs))],
  samples: (r) => [
    [r.uniform([2, 3]), { dim: 1 }],
    [r.uniform([2, 3, 2]), { dim: [0, 2], keepdim: true }],
  ],
});
