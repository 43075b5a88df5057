/** Exponentials and logarithms. */
import { add, div, mul } from "./arithmetic";
import { type Unary, unary } from "./elementwise";

/** eˣ, element by element, as `torch.exp`; ∞ where that is too large for the element type. */
export const exp: Unary = unary({
  name: "exp",
  kernel: "Math.exp(x)",
  label: "eˣ",
  formula: "\\bar{x} = \\bar{o} \\, o",
  derivative: (g, { out }) => mul(g, out),
});

/** exp(x) − 1, exact for small x. */
export const expm1: Unary = unary({
  name: "expm1",
  kernel: { expr: "Math.expm1(x)", gpu: null },
  label: "eˣ − 1",
  formula: "\\bar{x} = \\bar{o} \\, (o + 1)",
  slope: "g * (o + 1)",
  derivative: (g, { out }) => mul(g, add(out, 1)),
});

/** The natural logarithm, element by element, as `torch.log`; −∞ at 0, NaN below. */
export const log: Unary = unary({
  name: "log",
  kernel: "Math.log(x)",
  label: "ln x",
  formula: "\\bar{x} = \\bar{o} / x",
  derivative: (g, { x }) => div(g, x),
  samples: (r) => [[r.uniform([2, 3], 0.3, 3)], [r.uniform([], 0.3, 3)]],
});

/** ln(1 + x), exact for small x. */
export const log1p: Unary = unary({
  name: "log1p",
  kernel: { expr: "Math.log1p(x)", gpu: null },
  label: "ln(1 + x)",
  formula: "\\bar{x} = \\bar{o} / (1 + x)",
  slope: "g / (1 + x)",
  derivative: (g, { x }) => div(g, add(x, 1)),
  samples: (r) => [[r.uniform([2, 3], -0.6, 3)], [r.uniform([1, 1], -0.6, 3)]],
});

/** The logarithm to base 2, element by element, as `torch.log2`; −∞ at 0, NaN below. */
export const log2: Unary = unary({
  name: "log2",
  kernel: "Math.log2(x)",
  label: "log₂ x",
  formula: "\\bar{x} = \\bar{o} / (x \\ln 2)",
  slope: `g / (x * ${Math.LN2})`,
  derivative: (g, { x }) => div(g, mul(x, Math.LN2)),
  samples: (r) => [[r.uniform([2, 3], 0.3, 3)]],
});

/** The logarithm to base 10, element by element, as `torch.log10`; −∞ at 0, NaN below. */
export const log10: Unary = unary({
  name: "log10",
  kernel: { expr: "Math.log10(x)", gpu: null },
  label: "log₁₀ x",
  formula: "\\bar{x} = \\bar{o} / (x \\ln 10)",
  slope: `g / (x * ${Math.LN10})`,
  derivative: (g, { x }) => div(g, mul(x, Math.LN10)),
  samples: (r) => [[r.uniform([2, 3], 0.3, 3)]],
});
