/** Functions with logarithms and exponentials in them: logit, xlogy, logaddexp, exp2, erfc; degrees and radians. */
import { number } from "../core/kinds";
import type { OpFunction, Positions } from "../core/op";
import type { TensorLike } from "../core/tensor";
import { div, mul, neg, sub } from "./arithmetic";
import { eq, ge, le, logicalAnd } from "./comparison";
import { type Binary, binary, type Unary, unary } from "./elementwise";
import { exp, log } from "./exponentials";
import { maskedFill, where } from "./select";

/** What `logit` takes besides x. */
export interface LogitOptions {
  /** x is kept between eps and 1 − eps; anywhere when left out. */
  eps?: number;
}

interface LogitAttrs {
  readonly low: number;
  readonly high: number;
}

type LogitPositions = [x: TensorLike, ...Positions<[eps?: number], LogitOptions>];

/** ln(x / (1 − x)): the inverse of sigmoid; NaN outside of 0 to 1 unless there is an eps. */
export const logit: OpFunction<[x: TensorLike, options?: LogitOptions], LogitPositions> = unary<
  [options?: LogitOptions],
  LogitAttrs,
  LogitPositions
>({
  name: "logit",
  kernel: {
    expr: "Math.log(Math.min(Math.max(x, low), high) / (1 - Math.min(Math.max(x, low), high)))",
    params: ["low", "high"],
  },
  label: "ln(x / (1 − x))",
  formula: "\\bar{x} = \\bar{o} / (x (1 - x))",
  takes: { eps: number },
  options: ({ eps = Number.NaN } = {}) =>
    Number.isNaN(eps) ? { low: -Infinity, high: Infinity } : { low: eps, high: 1 - eps },
  derivative: (g, { x, attrs: { low, high } }) => {
    const inner = div(g, mul(x, sub(1, x)));
    if (low === -Infinity) return where(logicalAnd(ge(x, 0), le(x, 1)), inner, Number.NaN);
    return where(logicalAnd(ge(x, low), le(x, high)), inner, 0);
  },
  samples: (r) => [[r.uniform([2, 3], 0.1, 0.9)], [r.uniform([4], 0.05, 0.15), { eps: 0.2 }]],
});

/** x ln y, and 0 where x is 0, whatever y is. */
export const xlogy: Binary = binary({
  name: "xlogy",
  kernel: "y !== y ? y : x === 0 ? 0 : x * Math.log(y)",
  label: "x ln y",
  role: "switches",
  formula: "\\bar{x} = \\bar{o} \\ln y, \\quad \\bar{y} = \\bar{o} \\, x / y",
  derivatives: [
    (g, { x, y }) => maskedFill(mul(g, log(y)), logicalAnd(eq(x, 0), le(y, 0)), 0),
    (g, { x, y }) => mul(g, div(x, y)),
  ],
  floats: true,
  samples: (r) => [
    [r.awayFromZero([2, 3]), r.uniform([2, 3], 0.3, 2)],
    [r.awayFromZero([2, 1]), r.uniform([3], 0.3, 2)],
  ],
});

/** ln(eˣ + eʸ), without overflow. */
export const logaddexp: Binary = binary({
  name: "logaddexp",
  kernel: {
    expr: "x === y && x - x !== 0 ? x : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)))",
    gpu: null,
  },
  label: "ln(eˣ + eʸ)",
  role: "normalises",
  formula: "\\bar{x} = \\bar{o} \\, e^{x - o}, \\quad \\bar{y} = \\bar{o} \\, e^{y - o}",
  derivatives: [(g, { x, out }) => mul(g, exp(sub(x, out))), (g, { y, out }) => mul(g, exp(sub(y, out)))],
  floats: true,
});

/** 2 to the power of x. */
export const exp2: Unary = unary({
  name: "exp2",
  kernel: "Math.pow(2, x)",
  label: "2ˣ",
  formula: "\\bar{x} = \\bar{o} \\, o \\ln 2",
  derivative: (g, { out }) => mul(g, mul(out, Math.LN2)),
});

/** 1 − erf(x), with an absolute error below 1e-15: of what is smaller than that nothing is left. */
export const erfc: Unary = unary({
  name: "erfc",
  kernel: { expr: "1 - erf(x)", gpu: null },
  label: "1 − erf x",
  formula: "\\bar{x} = -\\bar{o} \\, \\frac{2}{\\sqrt{\\pi}} e^{-x^2}",
  derivative: (g, { x }) => mul(g, mul(exp(neg(mul(x, x))), -2 / Math.sqrt(Math.PI))),
});

/** Degrees as radians. */
export const deg2rad: Unary = unary({
  name: "deg2rad",
  kernel: { expr: `x * ${Math.PI / 180}`, gpu: null },
  label: "x π / 180",
  formula: "\\bar{x} = \\bar{o} \\, \\pi / 180",
  derivative: (g) => mul(g, Math.PI / 180),
});

/** Radians as degrees. */
export const rad2deg: Unary = unary({
  name: "rad2deg",
  kernel: { expr: `x * ${180 / Math.PI}`, gpu: null },
  label: "x 180 / π",
  formula: "\\bar{x} = \\bar{o} \\cdot 180 / \\pi",
  derivative: (g) => mul(g, 180 / Math.PI),
});
