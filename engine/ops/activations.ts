/** Activations that bend at a point: relu and its relatives. */

import { number } from "../core/kinds";
import type { OpFunction, Positions } from "../core/op";
import type { Tensor, TensorLike } from "../core/tensor";
import { mul } from "./arithmetic";
import { gt, logicalAnd, lt } from "./comparison";
import { type Unary, unary } from "./elementwise";
import { exp } from "./exponentials";
import { bounded, type ClampOptions, clamp, where } from "./select";

/** max(x, 0); its slope at 0 is 0. */
export const relu: Unary = unary({
  name: "relu",
  kernel: "Math.max(x, 0)",
  role: "routes",
  formula: "\\bar{x} = \\bar{o} \\, [x > 0]",
  slope: "o > 0 ? g : 0",
  derivative: (g, { out }) => where(gt(out, 0), g, 0),
  keepsIntegers: true,
});

/** What `leakyRelu` takes besides x. */
export interface LeakyReluOptions {
  /** Slope for negative x; 0.01 when left out. */
  negativeSlope?: number;
}

/**
 * x where it is positive, `negativeSlope` · x (0.01 when left out) elsewhere, as
 * `torch.nn.functional.leaky_relu`.
 */
export const leakyRelu: OpFunction<
  [x: TensorLike, options?: LeakyReluOptions],
  [x: TensorLike, ...Positions<[negativeSlope?: number], LeakyReluOptions>]
> = unary({
  name: "leakyRelu",
  takes: { negativeSlope: number },
  kernel: { expr: "x > 0 ? x : slope * x", params: ["slope"] },
  formula: "\\bar{x} = \\bar{o} \\cdot (1 \\text{ if } x > 0 \\text{ else } \\text{slope})",
  options: ({ negativeSlope = 0.01 } = {}) => ({ slope: negativeSlope }),
  slope: "x > 0 ? g : g * slope",
  derivative: (g, { x, attrs }) => where(gt(x, 0), g, mul(g, attrs.slope)),
  samples: (r) => [[r.awayFromZero([2, 3])], [r.awayFromZero([3]), { negativeSlope: 0.3 }]],
});

/** What `elu` and `celu` take besides x. */
export interface AlphaOptions {
  /** The value for x → −∞, with the sign turned round; 1 when left out. */
  alpha?: number;
}

type AlphaPositions = [x: TensorLike, ...Positions<[alpha?: number], AlphaOptions>];
type Alpha = OpFunction<[x: TensorLike, options?: AlphaOptions], AlphaPositions>;

interface EluAttrs {
  readonly alpha: number;
  readonly scale: number;
  readonly width: number;
}

/** scale · (x for x > 0, alpha (exp(x / width) − 1) below): elu, celu and selu. */
function exponentialUnit(name: string, formula: string, constants: (alpha: number) => EluAttrs): Alpha {
  return unary<[options?: AlphaOptions], EluAttrs, AlphaPositions>({
    name,
    ...(name === "selu" ? {} : { takes: { alpha: number } }),
    kernel: {
      expr: "scale * (x > 0 ? x : alpha * Math.expm1(x / width))",
      gpu: "scale * (x > 0 ? x : alpha * (Math.exp(x / width) - 1))",
      params: ["alpha", "scale", "width"],
    },
    formula,
    options: ({ alpha = 1 } = {}) => constants(alpha),
    slope: "g * scale * (x > 0 ? 1 : alpha / width * Math.exp(x / width))",
    derivative(g, { x, attrs: { alpha, scale, width } }) {
      // Bounded from above, so that the side that is not taken cannot overflow and spoil a second derivative.
      const below = mul(exp(mul(clamp(x, { max: 0 }), 1 / width)), (alpha * scale) / width);
      return mul(g, where(gt(x, 0), scale, below));
    },
    samples: (r) =>
      name === "selu"
        ? [[r.awayFromZero([2, 3])]]
        : [[r.awayFromZero([2, 3])], [r.awayFromZero([1, 3]), { alpha: 1.3 }]],
  });
}

/** x for x > 0, alpha (eˣ − 1) below. */
export const elu: Alpha = exponentialUnit(
  "elu",
  "\\bar{x} = \\bar{o} \\cdot (1 \\text{ if } x > 0 \\text{ else } \\alpha e^x)",
  (alpha) => ({ alpha, scale: 1, width: 1 }),
);

/** As elu with slope 1 on both sides of 0 for every alpha. */
export const celu: Alpha = exponentialUnit(
  "celu",
  "\\bar{x} = \\bar{o} \\cdot (1 \\text{ if } x > 0 \\text{ else } e^{x / \\alpha})",
  (alpha) => ({ alpha, scale: 1, width: alpha }),
);

/** The self-normalising unit: constants by Klambauer and others, 2017. */
export const selu: Unary = exponentialUnit(
  "selu",
  "\\bar{x} = \\bar{o} \\, \\lambda \\cdot (1 \\text{ if } x > 0 \\text{ else } \\alpha e^x)",
  () => ({ alpha: 1.6732632423543772, scale: 1.0507009873554805, width: 1 }),
) as Unary;

/** Passes the gradient strictly within bounds only. */
function inside(g: Tensor, x: Tensor, low: number, high: number): Tensor {
  return where(logicalAnd(gt(x, low), lt(x, high)), g, 0);
}

/** The bounds of `hardtanh`. */
export interface HardtanhOptions {
  /** The lower bound; −1 when left out. */
  minVal?: number;
  /** The upper bound; 1 when left out. */
  maxVal?: number;
}

/** x kept between −1 and 1, or other bounds; no gradient on them. */
export const hardtanh: OpFunction<
  [x: TensorLike, options?: HardtanhOptions],
  [x: TensorLike, ...Positions<[minVal?: number, maxVal?: number], HardtanhOptions>]
> = unary<
  [options?: HardtanhOptions],
  Required<ClampOptions>,
  [x: TensorLike, ...Positions<[minVal?: number, maxVal?: number], HardtanhOptions>]
>({
  name: "hardtanh",
  takes: { minVal: number, maxVal: number },
  kernel: bounded,
  role: "routes",
  formula: "\\bar{x} = \\bar{o} \\, [-1 < x < 1]",
  options: ({ minVal = -1, maxVal = 1 } = {}) => ({ min: minVal, max: maxVal }),
  slope: "x > min && x < max ? g : 0",
  derivative: (g, { x, attrs }) => inside(g, x, attrs.min, attrs.max),
  keepsIntegers: true,
  samples: (r) => [[r.awayFromZero([2, 3], 0.2, 0.9)], [r.awayFromZero([2, 3]), { minVal: 0, maxVal: 2.5 }]],
});

/** min(max(x, 0), 6). */
export const relu6: Unary = unary({
  name: "relu6",
  kernel: "Math.min(Math.max(x, 0), 6)",
  role: "routes",
  formula: "\\bar{x} = \\bar{o} \\, [0 < x < 6]",
  slope: "x > 0 && x < 6 ? g : 0",
  derivative: (g, { x }) => inside(g, x, 0, 6),
  keepsIntegers: true,
});
