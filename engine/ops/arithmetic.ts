/** Sums, products and quotients, element by element. */
import { type Binary, binary, type Unary, unary } from "./elementwise";
import { sign } from "./rounding";

/** x + y, element by element; shapes broadcast, as `torch.add`. Of two booleans: whether one is true. */
export const add: Binary = binary({
  name: "add",
  kernel: "x + y",
  label: "x + y",
  role: "distributes",
  formula: "\\bar{x} = \\bar{o}, \\quad \\bar{y} = \\bar{o}",
  derivatives: [(g) => g, (g) => g],
});

/**
 * x − y, element by element; shapes broadcast, as `torch.sub`.
 * @throws ModelError for two tensors of booleans
 */
export const sub: Binary = binary({
  name: "sub",
  kernel: "x - y",
  label: "x − y",
  role: "distributes",
  formula: "\\bar{x} = \\bar{o}, \\quad \\bar{y} = -\\bar{o}",
  derivatives: [(g) => g, (g) => neg(g)],
  instead: "logicalXor tells where they differ",
});

/** x · y, element by element; shapes broadcast, as `torch.mul`. `matmul` is the product of matrices. */
export const mul: Binary = binary({
  name: "mul",
  kernel: "x * y",
  label: "x · y",
  role: "switches",
  formula: "\\bar{x} = \\bar{o} \\, y, \\quad \\bar{y} = \\bar{o} \\, x",
  derivatives: [(g, { y }) => mul(g, y), (g, { x }) => mul(g, x)],
});

/**
 * x / y, element by element; shapes broadcast, as `torch.div`. Integers give floating point; x / 0 is ±∞ or
 * NaN.
 */
export const div: Binary = binary({
  name: "div",
  kernel: "x / y",
  label: "x / y",
  role: "scales",
  formula: "\\bar{x} = \\bar{o} / y, \\quad \\bar{y} = -\\bar{o} \\, o / y",
  derivatives: [(g, { y }) => div(g, y), (g, { y, out }) => neg(mul(g, div(out, y)))],
  slopes: ["g / y", "-g * o / y"],
  floats: true,
});

/**
 * −x, element by element, as `torch.neg`.
 * @throws ModelError for booleans
 */
export const neg: Unary = unary({
  name: "neg",
  kernel: "-x",
  label: "−x",
  role: "distributes",
  formula: "\\bar{x} = -\\bar{o}",
  derivative: (g) => neg(g),
  keepsIntegers: true,
  instead: "logicalNot turns booleans round",
});

/** Absolute value; its slope at 0 is 0. */
export const abs: Unary = unary({
  name: "abs",
  kernel: "Math.abs(x)",
  label: "|x|",
  formula: "\\bar{x} = \\bar{o} \\, \\mathrm{sign}(x)",
  slope: "g * Math.sign(x)",
  derivative: (g, { x }) => mul(g, sign(x)),
  keepsIntegers: true,
});

/** x², element by element, as `torch.square`. */
export const square: Unary = unary({
  name: "square",
  kernel: "x * x",
  label: "x²",
  formula: "\\bar{x} = 2 \\, \\bar{o} \\, x",
  slope: "2 * g * x",
  derivative: (g, { x }) => mul(g, mul(x, 2)),
  keepsIntegers: true,
});

/** 1 / x, element by element, as `torch.reciprocal`; ±∞ at 0. */
export const reciprocal: Unary = unary({
  name: "reciprocal",
  kernel: "1 / x",
  label: "1 / x",
  formula: "\\bar{x} = -\\bar{o} \\, o^2",
  slope: "-g * o * o",
  derivative: (g, { out }) => neg(mul(g, square(out))),
});
