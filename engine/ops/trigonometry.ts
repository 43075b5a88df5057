/**
 * Trigonometric and hyperbolic functions and their inverses. Those of circles stay on the CPU: WGSL allows their
 * results an error of 2^-11, which no gradient check could tell from a wrong derivative.
 */
import type { Sampler } from "../sampler";
import type { Tensor } from "../tensor";
import { add, div, mul, neg, square, sub } from "./arithmetic";
import { type Binary, binary, type Unary, unary } from "./elementwise";
import { rsqrt } from "./powers";

/** Samples between two bounds, where the function is defined. */
function within(low: number, high: number): (r: Sampler) => [[Tensor], [Tensor]] {
  return (r) => [[r.uniform([2, 3], low, high)], [r.uniform([1, 2], low, high)]];
}

export const sin: Unary = unary({
  name: "sin",
  kernel: { expr: "Math.sin(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\cos x",
  slope: "g * Math.cos(x)",
  derivative: (g, { x }) => mul(g, cos(x)),
});

export const cos: Unary = unary({
  name: "cos",
  kernel: { expr: "Math.cos(x)", gpu: null },
  formula: "\\bar{x} = -\\bar{o} \\sin x",
  slope: "-g * Math.sin(x)",
  derivative: (g, { x }) => neg(mul(g, sin(x))),
});

export const tan: Unary = unary({
  name: "tan",
  kernel: { expr: "Math.tan(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\, (1 + o^2)",
  slope: "g * (1 + o * o)",
  derivative: (g, { out }) => mul(g, add(square(out), 1)),
  samples: within(-1.2, 1.2),
});

export const asin: Unary = unary({
  name: "asin",
  kernel: { expr: "Math.asin(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / \\sqrt{1 - x^2}",
  slope: "g / Math.sqrt(1 - x * x)",
  derivative: (g, { x }) => mul(g, rsqrt(sub(1, square(x)))),
  samples: within(-0.8, 0.8),
});

export const acos: Unary = unary({
  name: "acos",
  kernel: { expr: "Math.acos(x)", gpu: null },
  formula: "\\bar{x} = -\\bar{o} / \\sqrt{1 - x^2}",
  slope: "-g / Math.sqrt(1 - x * x)",
  derivative: (g, { x }) => neg(mul(g, rsqrt(sub(1, square(x))))),
  samples: within(-0.8, 0.8),
});

export const atan: Unary = unary({
  name: "atan",
  kernel: { expr: "Math.atan(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / (1 + x^2)",
  slope: "g / (1 + x * x)",
  derivative: (g, { x }) => div(g, add(square(x), 1)),
});

export const sinh: Unary = unary({
  name: "sinh",
  kernel: { expr: "Math.sinh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\cosh x",
  slope: "g * Math.cosh(x)",
  derivative: (g, { x }) => mul(g, cosh(x)),
});

export const cosh: Unary = unary({
  name: "cosh",
  kernel: { expr: "Math.cosh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\sinh x",
  slope: "g * Math.sinh(x)",
  derivative: (g, { x }) => mul(g, sinh(x)),
});

export const tanh: Unary = unary({
  name: "tanh",
  kernel: "Math.tanh(x)",
  formula: "\\bar{x} = \\bar{o} \\, (1 - o^2)",
  slope: "g * (1 - o * o)",
  derivative: (g, { out }) => mul(g, sub(1, square(out))),
});

export const asinh: Unary = unary({
  name: "asinh",
  kernel: { expr: "Math.asinh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / \\sqrt{x^2 + 1}",
  slope: "g / Math.sqrt(x * x + 1)",
  derivative: (g, { x }) => mul(g, rsqrt(add(square(x), 1))),
});

export const acosh: Unary = unary({
  name: "acosh",
  kernel: { expr: "Math.acosh(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} / \\sqrt{x^2 - 1}",
  slope: "g / Math.sqrt(x * x - 1)",
  derivative: (g, { x }) => mul(g, rsqrt(sub(square(x), 1))),
  samples: within(1.3, 3),
});

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
