/**
 * Trigonometric and hyperbolic functions and their inverses. Those of circles stay on the CPU: WGSL allows their
 * results an error of 2^-11, which no gradient check could tell from a wrong derivative.
 */
import type { Sampler } from "../core/sampler";
import type { Tensor } from "../core/tensor";
import { add, div, mul, neg, square, sub } from "./arithmetic";
import { type Binary, binary, type Unary, unary } from "./elementwise";
import { rsqrt } from "./powers";

/** Samples between two bounds, where the function is defined. */
function within(low: number, high: number): (r: Sampler) => [[Tensor], [Tensor]] {
  return (r) => [[r.uniform([2, 3], low, high)], [r.uniform([1, 2], low, high)]];
}

/** The sine of an angle in radians, element by element, as `torch.sin`. */
export const sin: Unary = unary({
  name: "sin",
  kernel: { expr: "Math.sin(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\cos x",
  slope: "g * Math.cos(x)",
  derivative: (g, { x }) => mul(g, cos(x)),
});

/** The cosine of an angle in radians, element by element, as `torch.cos`. */
export const cos: Unary = unary({
  name: "cos",
  kernel: { expr: "Math.cos(x)", gpu: null },
  formula: "\\bar{x} = -\\bar{o} \\sin x",
  slope: "-g * Math.sin(x)",
  derivative: (g, { x }) => neg(mul(g, sin(x))),
});

/** The tangent of an angle in radians, element by element, as `torch.tan`. */
export const tan: Unary = unary({
  name: "tan",
  kernel: { expr: "Math.tan(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\, (1 + o^2)",
  slope: "g * (1 + o * o)",
  derivative: (g, { out }) => mul(g, add(square(out), 1)),
  samples: within(-1.2, 1.2),
});

/** The angle in radians whose sine is x, from −π/2 to π/2, as `torch.asin`; NaN outside −1 … 1. */
export const asin: Unary = unary({
  name: "asin",
  kernel: { expr: "Math.asin(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / \\sqrt{1 - x^2}",
  slope: "g / Math.sqrt(1 - x * x)",
  derivative: (g, { x }) => mul(g, rsqrt(sub(1, square(x)))),
  samples: within(-0.8, 0.8),
});

/** The angle in radians whose cosine is x, from 0 to π, as `torch.acos`; NaN outside −1 … 1. */
export const acos: Unary = unary({
  name: "acos",
  kernel: { expr: "Math.acos(x)", gpu: null },
  formula: "\\bar{x} = -\\bar{o} / \\sqrt{1 - x^2}",
  slope: "-g / Math.sqrt(1 - x * x)",
  derivative: (g, { x }) => neg(mul(g, rsqrt(sub(1, square(x))))),
  samples: within(-0.8, 0.8),
});

/** The angle in radians whose tangent is x, from −π/2 to π/2, as `torch.atan`. */
export const atan: Unary = unary({
  name: "atan",
  kernel: { expr: "Math.atan(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / (1 + x^2)",
  slope: "g / (1 + x * x)",
  derivative: (g, { x }) => div(g, add(square(x), 1)),
});

/** The hyperbolic sine (eˣ − e⁻ˣ) / 2, element by element, as `torch.sinh`. */
export const sinh: Unary = unary({
  name: "sinh",
  kernel: { expr: "Math.sinh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\cosh x",
  slope: "g * Math.cosh(x)",
  derivative: (g, { x }) => mul(g, cosh(x)),
});

/** The hyperbolic cosine (eˣ + e⁻ˣ) / 2, element by element, as `torch.cosh`. */
export const cosh: Unary = unary({
  name: "cosh",
  kernel: { expr: "Math.cosh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\sinh x",
  slope: "g * Math.sinh(x)",
  derivative: (g, { x }) => mul(g, sinh(x)),
});

/** The hyperbolic tangent, from −1 to 1, element by element, as `torch.tanh`. */
export const tanh: Unary = unary({
  name: "tanh",
  kernel: "Math.tanh(x)",
  formula: "\\bar{x} = \\bar{o} \\, (1 - o^2)",
  slope: "g * (1 - o * o)",
  derivative: (g, { out }) => mul(g, sub(1, square(out))),
});

/** The number whose hyperbolic sine is x, element by element, as `torch.asinh`. */
export const asinh: Unary = unary({
  name: "asinh",
  kernel: { expr: "Math.asinh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / \\sqrt{x^2 + 1}",
  slope: "g / Math.sqrt(x * x + 1)",
  derivative: (g, { x }) => mul(g, rsqrt(add(square(x), 1))),
});

/** The number of at least 0 whose hyperbolic cosine is x, as `torch.acosh`; NaN below 1. */
export const acosh: Unary = unary({
  name: "acosh",
  kernel: { expr: "Math.acosh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / \\sqrt{x^2 - 1}",
  slope: "g / Math.sqrt(x * x - 1)",
  derivative: (g, { x }) => mul(g, rsqrt(sub(square(x), 1))),
  samples: within(1.3, 3),
});

/** The number whose hyperbolic tangent is x, as `torch.atanh`; ±∞ at ±1, NaN beyond. */
export const atanh: Unary = unary({
  name: "atanh",
  kernel: { expr: "Math.atanh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / (1 - x^2)",
  slope: "g / (1 - x * x)",
  derivative: (g, { x }) => div(g, sub(1, square(x))),
  samples: within(-0.8, 0.8),
});

/** The angle of the point (y, x), as `torch.atan2`: the first argument is the vertical one. */
export const atan2: Binary = binary({
  name: "atan2",
  kernel: { expr: "Math.atan2(x, y)", gpu: null },
  label: "atan2(x, y)",
  role: "scales",
  formula: "\\bar{x} = \\bar{o} \\, y / (x^2 + y^2), \\quad \\bar{y} = -\\bar{o} \\, x / (x^2 + y^2)",
  derivatives: [
    (g, { x, y }) => mul(g, div(y, add(square(x), square(y)))),
    (g, { x, y }) => mul(g, div(neg(x), add(square(x), square(y)))),
  ],
  floats: true,
});
