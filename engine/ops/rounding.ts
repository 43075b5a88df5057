/** Functions that are flat between their steps: no gradient passes them. */
import { type Tensor, zeroFilled } from "../core/tensor";
import { type Unary, unary } from "./elementwise";

/** Flat where it has a slope at all: a gradient of zeros, as PyTorch gives, not a missing one. */
const step = {
  formula: "\\bar{x} = 0",
  role: "stops",
  derivative: (g: Tensor) => zeroFilled(g.shape, g.dtype),
  keepsIntegers: true,
} as const;

/** −1, 0 or 1. */
export const sign: Unary = unary({ name: "sign", kernel: "Math.sign(x)", ...step });

/** The nearest integer; halves go to the even one, as in PyTorch. */
export const round: Unary = unary({
  name: "round",
  kernel: { expr: "roundHalfToEven(x)", gpu: null },
  ...step,
  samples: (r) => [[r.uniform([2, 3], 0.6, 1.4)]],
});

/** The largest integer up to x, element by element, as `torch.floor`; the gradient is 0. */
export const floor: Unary = unary({
  name: "floor",
  kernel: "Math.floor(x)",
  label: "⌊x⌋",
  ...step,
  samples: (r) => [[r.uniform([2, 3], 1.1, 1.9)]],
});

/** The smallest integer from x on, element by element, as `torch.ceil`; the gradient is 0. */
export const ceil: Unary = unary({
  name: "ceil",
  kernel: "Math.ceil(x)",
  label: "⌈x⌉",
  ...step,
  samples: (r) => [[r.uniform([2, 3], 1.1, 1.9)]],
});

/** Towards zero. */
export const trunc: Unary = unary({
  name: "trunc",
  kernel: { expr: "Math.trunc(x)", gpu: null },
  ...step,
  samples: (r) => [[r.uniform([2, 3], 1.1, 1.9)]],
});
