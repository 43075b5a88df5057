/** Activations without a bend: sigmoid, softplus, gelu and their relatives. */

import { ModelError } from "../core/error";
import { choice, number } from "../core/kinds";
import type { OpFunction, Positions } from "../core/op";
import type { Tensor, TensorLike } from "../core/tensor";
import { abs, add, div, mul, neg, square, sub } from "./arithmetic";
import { gt } from "./comparison";
import { type Unary, unary } from "./elementwise";
import { exp } from "./exponentials";
import { where } from "./select";
import { tanh } from "./trigonometry";

/** 1 / (1 + e⁻ˣ), element by element, as `torch.sigmoid`. */
export const sigmoid: Unary = unary({
  name: "sigmoid",
  kernel: "sigmoid(x)",
  label: "σ(x)",
  formula: "\\bar{x} = \\bar{o} \\, o \\, (1 - o)",
  slope: "g * o * (1 - o)",
  derivative: (g, { out }) => mul(g, mul(out, sub(1, out))),
});

/** ln σ(x), also for large negative x. */
export const logSigmoid: Unary = unary({
  name: "logSigmoid",
  kernel: { expr: "-softplus(-x)", gpu: null },
  label: "ln σ(x)",
  formula: "\\bar{x} = \\bar{o} \\, \\sigma(-x)",
  slope: "g * sigmoid(-x)",
  derivative: (g, { x }) => mul(g, sigmoid(neg(x))),
});

/** x σ(x), also called swish. */
export const silu: Unary = unary({
  name: "silu",
  kernel: "x * sigmoid(x)",
  label: "x σ(x)",
  formula: "\\bar{x} = \\bar{o} \\, \\sigma(x) \\, (1 + x (1 - \\sigma(x)))",
  slope: "g * siluSlope(x)",
  derivative(g, { x }) {
    const s = sigmoid(x);
    return mul(g, mul(s, add(mul(x, sub(1, s)), 1)));
  },
});

/** x tanh(softplus(x)). */
export const mish: Unary = unary({
  name: "mish",
  kernel: { expr: "x * Math.tanh(softplus(x))", gpu: null },
  label: "x tanh(softplus x)",
  formula:
    "\\bar{x} = \\bar{o} \\, (t + x \\, \\sigma(x) (1 - t^2)), \\quad t = \\tanh(\\mathrm{softplus}(x))",
  slope: "g * mishSlope(x)",
  derivative(g, { x }) {
    const t = tanh(softplus(x));
    return mul(g, add(t, mul(mul(x, sigmoid(x)), sub(1, square(t)))));
  },
});

/** x / (1 + |x|), element by element, as `torch.nn.functional.softsign`. */
export const softsign: Unary = unary({
  name: "softsign",
  kernel: "x / (1 + Math.abs(x))",
  label: "x / (1 + |x|)",
  formula: "\\bar{x} = \\bar{o} / (1 + |x|)^2",
  slope: "g / ((1 + Math.abs(x)) * (1 + Math.abs(x)))",
  derivative: (g, { x }) => div(g, square(add(abs(x), 1))),
});

/** What `softplus` takes besides x. */
export interface SoftplusOptions {
  /** How sharp the bend at 0 is; 1 when left out, not 0. */
  beta?: number;
  /** Above beta · x = threshold the function is x itself; 20 when left out. */
  threshold?: number;
}

/** ln(1 + exp(beta x)) / beta. */
export const softplus: OpFunction<
  [x: TensorLike, options?: SoftplusOptions],
  [x: TensorLike, ...Positions<[beta?: number, threshold?: number], SoftplusOptions>]
> = unary<
  [options?: SoftplusOptions],
  Required<SoftplusOptions>,
  [x: TensorLike, ...Positions<[beta?: number, threshold?: number], SoftplusOptions>]
>({
  name: "softplus",
  takes: { beta: number, threshold: number },
  kernel: {
    expr: "x * beta > threshold ? x : softplus(x * beta) / beta",
    gpu: null,
    params: ["beta", "threshold"],
  },
  label: "ln(1 + eˣ)",
  formula: "\\bar{x} = \\bar{o} \\, \\sigma(\\beta x)",
  options({ beta = 1, threshold = 20 } = {}) {
    if (beta === 0) throw new ModelError("beta is 0, expected another number");
    return { beta, threshold };
  },
  slope: "x * beta > threshold ? g : g * sigmoid(x * beta)",
  derivative(g, { x, attrs: { beta, threshold } }) {
    const scaled = mul(x, beta);
    return where(gt(scaled, threshold), g, mul(g, sigmoid(scaled)));
  },
  samples: (r) => [[r.uniform([2, 3])], [r.uniform([1, 3]), { beta: 2, threshold: 10 }]],
});

/** The error function. */
export const erf: Unary = unary({
  name: "erf",
  kernel: { expr: "erf(x)", gpu: null },
  formula: "\\bar{x} = \\bar{o} \\, \\tfrac{2}{\\sqrt\\pi} e^{-x^2}",
  slope: `g * ${2 / Math.sqrt(Math.PI)} * Math.exp(-x * x)`,
  derivative: (g, { x }) => mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
});

/** What `gelu` takes besides x. */
export interface GeluOptions {
  /** "none" (default) for x Φ(x), "tanh" for the approximation of it. */
  approximate?: "none" | "tanh";
}

const cubic = 0.044715;
const steepness = Math.sqrt(2 / Math.PI);

/** x Φ(x), with Φ the distribution function of the normal distribution. */
export const gelu: OpFunction<
  [x: TensorLike, options?: GeluOptions],
  [x: TensorLike, ...Positions<[approximate?: "none" | "tanh"], GeluOptions>]
> = unary({
  name: "gelu",
  takes: { approximate: choice("none", "tanh") },
  kernel: {
    expr: `0.5 * x * (1 + (byTanh > 0 ? Math.tanh(${steepness} * (x + ${cubic} * x * x * x)) : erf(x * ${Math.SQRT1_2})))`,
    gpu: null,
    params: ["byTanh"],
  },
  label: "x Φ(x)",
  formula: "\\bar{x} = \\bar{o} \\, (\\Phi(x) + x \\, \\varphi(x))",
  options: ({ approximate } = {}) => ({ byTanh: approximate === "tanh" ? 1 : 0 }),
  slope: "g * (byTanh > 0 ? geluTanhSlope(x) : geluSlope(x))",
  derivative: (g, { x, attrs }) => mul(g, attrs.byTanh > 0 ? tanhSlope(x) : exactSlope(x)),
  samples: (r) => [[r.uniform([2, 3])], [r.uniform([1, 3]), { approximate: "tanh" }]],
});

function exactSlope(x: Tensor): Tensor {
  const phi = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return add(mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5), mul(x, phi));
}

function tanhSlope(x: Tensor): Tensor {
  const squared = square(x);
  const t = tanh(mul(mul(x, add(mul(squared, cubic), 1)), steepness));
  const inner = mul(add(mul(squared, 3 * cubic), 1), steepness);
  return mul(add(add(t, 1), mul(mul(x, sub(1, square(t))), inner)), 0.5);
}
