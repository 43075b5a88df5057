/** Powers and roots. */

import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { defineOp, type OpFunction, type Rule } from "../core/op";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import type { Elementwise } from "../kernels/kernels";
import { add, div, mul } from "./arithmetic";
import { broadcastLike, sumTo } from "./broadcast";
import { eq, ge, logicalAnd } from "./comparison";
import { type Binary, binary, type Unary, unary } from "./elementwise";
import { log } from "./exponentials";
import { mapElements } from "./map-elements";
import { maskedFill } from "./select";
import { floating, toTensor } from "./to-tensor";

interface PowAttrs {
  /** The exponent when it is a number; otherwise it is the second input. */
  readonly exponent?: number;
}

const kernels: Readonly<Record<string, Elementwise>> = {
  "2": { name: "square", expr: "x * x" },
  "0.5": { name: "sqrt", expr: "Math.sqrt(x)" },
};
// WGSL leaves the power of a negative number undefined: powers stay on the CPU.
const constantPower: Elementwise = {
  name: "powNumber",
  expr: "Math.pow(x, exponent)",
  params: ["exponent"],
  gpu: null,
};
const power: Elementwise = { name: "pow", expr: "Math.pow(x, y)", gpu: null };

const toBase: Rule<PowAttrs> = (g, { x, inputs, attrs: { exponent } }) => {
  if (exponent === undefined) {
    const y = inputs[1] as Tensor;
    // A power of 0 is flat in its base; y x^(y - 1) would be 0 · ∞ at x = 0.
    return mul(g, maskedFill(mul(y, pow(x, add(y, -1))), eq(y, 0), 0));
  }
  return exponent === 0 ? mul(g, 0) : mul(g, mul(pow(x, exponent - 1), exponent));
};

const toExponent: Rule<PowAttrs> = (g, { x, y, out }) =>
  mul(g, maskedFill(mul(out, log(x)), logicalAnd(eq(x, 0), ge(y, 0)), 0));

/** x to a power that is a number or a tensor, element by element with broadcasting. */
export const pow: OpFunction<[x: TensorLike, exponent: TensorLike]> = defineOp<
  [x: TensorLike, exponent: TensorLike],
  PowAttrs
>({
  name: "pow",
  takes: takes(["x", "exponent"]),
  role: "scales",
  label: "xʸ",
  formula: "\\bar{x} = \\bar{o} \\, y \\, x^{y - 1}, \\quad \\bar{y} = \\bar{o} \\, o \\ln x",
  args(x, exponent) {
    if (typeof exponent !== "number") {
      const y = toTensor(exponent, x, "exponent");
      return { inputs: [toTensor(x, y), y], attrs: {} };
    }
    const base = toTensor(x);
    if (isFloat(base.dtype)) return { inputs: [base], attrs: { exponent } };
    if (!Number.isInteger(exponent)) return { inputs: [floating(base)], attrs: { exponent } };
    if (exponent < 0) {
      throw new ModelError(`the exponent is ${exponent}, expected at least 0 for a tensor of ${base.dtype}`);
    }
    return { inputs: [base], attrs: { exponent } };
  },
  forward(inputs, { exponent }) {
    if (exponent === undefined) return mapElements(power, inputs);
    return mapElements(kernels[exponent] ?? constantPower, inputs, { exponent });
  },
  vjp: [(g, at) => sumTo(toBase(g, at), at.x), (g, at) => sumTo(toExponent(g, at), at.y)],
  jvp: [(t, at) => broadcastLike(toBase(t, at), at.out), (t, at) => broadcastLike(toExponent(t, at), at.out)],
  samples: (r) => [
    [r.awayFromZero([2, 3]), 3],
    [r.uniform([2, 3], 0.3, 2), -1.5],
    [r.uniform([2], 0.3, 2), 0.5],
    [r.uniform([2, 1], 0.3, 2), r.uniform([3])],
    [2, r.uniform([1, 3])],
  ],
});

/** Square root; its slope at 0 is infinite. */
export const sqrt: Unary = unary({
  name: "sqrt",
  kernel: "Math.sqrt(x)",
  label: "√x",
  formula: "\\bar{x} = \\bar{o} / (2 \\, o)",
  slope: "g / (2 * o)",
  derivative: (g, { out }) => div(g, mul(out, 2)),
  samples: (r) => [[r.uniform([2, 3], 0.3, 3)], [r.uniform([1], 0.3, 3)]],
});

/** 1 / √x, element by element, as `torch.rsqrt`; ∞ at 0, NaN below. */
export const rsqrt: Unary = unary({
  name: "rsqrt",
  kernel: "1 / Math.sqrt(x)",
  label: "1 / √x",
  formula: "\\bar{x} = -\\tfrac12 \\, \\bar{o} \\, o^3",
  slope: "-0.5 * g * o * o * o",
  derivative: (g, { out }) => mul(g, mul(pow(out, 3), -0.5)),
  samples: (r) => [[r.uniform([2, 3], 0.3, 3)]],
});

/** √(x² + y²) without overflow on the way. */
export const hypot: Binary = binary({
  name: "hypot",
  kernel: { expr: "Math.hypot(x, y)", gpu: null },
  label: "√(x² + y²)",
  role: "scales",
  formula: "\\bar{x} = \\bar{o} \\, x / o, \\quad \\bar{y} = \\bar{o} \\, y / o",
  derivatives: [(g, { x, out }) => mul(g, div(x, out)), (g, { y, out }) => mul(g, div(y, out))],
  floats: true,
});
