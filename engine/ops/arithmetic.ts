/** Sums, products and powers, element by element. */
import { type Binary, binary, type Unary, unary } from "./elementwise";

export const add: Binary = binary({
  name: "add",
  kernel: "x + y",
  label: "x + y",
  role: "distributes",
  formula: "\\bar{x} = \\bar{o}, \\quad \\bar{y} = \\bar{o}",
  derivatives: [(g) => g, (g) => g],
});

export const sub: Binary = binary({
  name: "sub",
  kernel: "x - y",
  label: "x − y",
  role: "distributes",
  formula: "\\bar{x} = \\bar{o}, \\quad \\bar{y} = -\\bar{o}",
  derivatives: [(g) => g, (g) => neg(g)],
});

export const mul: Binary = binary({
  name: "mul",
  kernel: "x * y",
  label: "x · y",
  role: "switches",
  formula: "\\bar{x} = \\bar{o} \\, y, \\quad \\bar{y} = \\bar{o} \\, x",
  derivatives: [(g, { y }) => mul(g, y), (g, { x }) => mul(g, x)],
});

export const div: Binary = binary({
  name: "div",
  kernel: "x / y",
  label: "x / y",
  role: "scales",
  formula: "\\bar{x} = \\bar{o} / y, \\quad \\bar{y} = -\\bar{o} \\, o / y",
  derivatives: [(g, { y }) => div(g, y), (g, { y, out }) => neg(mul(g, div(out, y)))],
  floats: true,
});

export const neg: Unary = unary({
  name: "neg",
  kernel: "-x",
  label: "−x",
  role: "distributes",
  formula: "\\bar{x} = -\\bar{o}",
  derivative: (g) => neg(g),
  keepsIntegers: true,
});

export const exp: Unary = unary({
  name: "exp",
  kernel: "Math.exp(x)",
  formula: "\\bar{x} = \\bar{o} \\, o",
  derivative: (g, { out }) => mul(g, out),
});

export const log: Unary = unary({
  name: "log",
  kernel: "Math.log(x)",
  formula: "\\bar{x} = \\bar{o} / x",
  derivative: (g, { x }) => div(g, x),
  samples: (r) => [[r.uniform([2, 3], 0.3, 3)]],
});
