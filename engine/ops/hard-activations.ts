/** Activations made of lines: hardsigmoid, hardswish, shrinking, a threshold. */

import { ModelError } from "../core/error";
import { number } from "../core/kinds";
import type { OpFunction, Positions } from "../core/op";
import { showShape } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import { checkFloat } from "./arguments";
import { abs, add, mul, square } from "./arithmetic";
import { gt, le, logicalAnd, lt } from "./comparison";
import { composed } from "./composed";
import { type Unary, unary } from "./elementwise";
import { where } from "./select";
import { tanh } from "./trigonometry";
import { reshape } from "./view";

/** relu6(x + 3) / 6: a sigmoid of three lines. */
export const hardsigmoid: Unary = unary({
  name: "hardsigmoid",
  kernel: "Math.min(Math.max(x + 3, 0), 6) / 6",
  formula: "\\bar{x} = \\bar{o} \\, [-3 < x < 3] / 6",
  slope: "x > -3 && x < 3 ? g / 6 : 0",
  derivative: (g, { x }) => where(logicalAnd(gt(x, -3), lt(x, 3)), mul(g, 1 / 6), 0),
});

/** x relu6(x + 3) / 6: SiLU with a hard sigmoid. */
export const hardswish: Unary = unary({
  name: "hardswish",
  kernel: "x * Math.min(Math.max(x + 3, 0), 6) / 6",
  formula: "\\bar{x} = \\bar{o} \\cdot (0 \\text{ if } x < -3, \\; x / 3 + 1/2 \\text{ if } x \\le 3, \\; 1)",
  slope: "x < -3 ? 0 : x <= 3 ? g * (x / 3 + 0.5) : g",
  derivative: (g, { x }) => {
    const inner = mul(g, add(mul(x, 1 / 3), 0.5));
    return where(lt(x, -3), 0, where(le(x, 3), inner, g));
  },
});

/** What `hardshrink` and `softshrink` take besides x. */
export interface ShrinkOptions {
  /** How far from 0 everything counts as 0; 0.5 when left out. */
  lambd?: number;
}

type ShrinkPositions = [x: TensorLike, ...Positions<[lambd?: number], ShrinkOptions>];
type Shrink = OpFunction<[x: TensorLike, options?: ShrinkOptions], ShrinkPositions>;

function shrink(name: string, kernel: string, label: string): Shrink {
  return unary<[options?: ShrinkOptions], Required<ShrinkOptions>, ShrinkPositions>({
    name,
    kernel: { expr: kernel, params: ["lambd"] },
    label,
    role: "routes",
    formula: "\\bar{x} = \\bar{o} \\, [|x| > \\lambda]",
    takes: { lambd: number },
    options: (options = {}) => ({ lambd: options.lambd ?? 0.5 }),
    slope: "Math.abs(x) > lambd ? g : 0",
    derivative: (g, { x, attrs }) => where(gt(abs(x), attrs.lambd), g, 0),
    samples: (r) => [[r.awayFromZero([2, 3], 0.7, 2)], [r.awayFromZero([3], 0.1, 0.9), { lambd: 0.05 }]],
  });
}

/** x where |x| > λ, 0 elsewhere. */
export const hardshrink: Shrink = shrink("hardshrink", "Math.abs(x) > lambd ? x : 0", "[|x| > λ] x");

/** x moved towards 0 by λ; what is nearer becomes 0. */
export const softshrink: Shrink = shrink(
  "softshrink",
  "x > lambd ? x - lambd : x < -lambd ? x + lambd : 0",
  "sign x · max(|x| − λ, 0)",
);

/** x − tanh(x). */
export const tanhshrink: Unary = unary({
  name: "tanhshrink",
  kernel: "x - Math.tanh(x)",
  label: "x − tanh x",
  formula: "\\bar{x} = \\bar{o} \\tanh^2(x)",
  derivative: (g, { x }) => mul(g, square(tanh(x))),
});

/** What `threshold` takes besides x; neither has a default. */
interface ThresholdAttrs {
  /** x up to here, this included, is replaced. */
  readonly threshold: number;
  /** What takes its place. */
  readonly value: number;
}

type ThresholdPositions = [x: TensorLike, threshold: number | ThresholdAttrs, value?: number];

/** x where it is above the threshold, `value` elsewhere. */
export const threshold: OpFunction<[x: TensorLike, options: ThresholdAttrs], ThresholdPositions> = unary<
  [options: ThresholdAttrs],
  ThresholdAttrs,
  ThresholdPositions
>({
  name: "threshold",
  kernel: { expr: "x > threshold ? x : value", params: ["threshold", "value"] },
  label: "x > t ? x : v",
  role: "routes",
  formula: "\\bar{x} = \\bar{o} \\, [x > t]",
  takes: { threshold: number, value: number },
  options: (options) => {
    for (const name of ["threshold", "value"] as const) {
      if (options?.[name] === undefined) throw new ModelError(`${name} is missing, expected a number`);
    }
    return options;
  },
  slope: "x > threshold ? g : 0",
  derivative: (g, { x, attrs }) => where(gt(x, attrs.threshold), g, 0),
  keepsIntegers: true,
  samples: (r) => [[r.awayFromZero([2, 3]), { threshold: 0.1, value: 0.3 }]],
});

/**
 * x for x > 0, weight · x below: a slope that is learned.
 * @param weight one number, or one per channel (dimension 1)
 * @throws ModelError for another number of weights
 */
export const prelu: (x: Tensor, weight: Tensor) => Tensor = composed(
  "prelu",
  takes(["x", "weight"]),
  (x: Tensor, weight: Tensor) => {
    const channels = checkFloat(x).ndim < 2 ? 1 : (x.shape[1] as number);
    if (checkFloat(weight, "weight").size !== 1 && weight.size !== channels) {
      throw new ModelError(
        `weight has shape ${showShape(weight.shape)}, expected 1 number, or ${channels}, one per channel`,
      );
    }
    const rest = weight.size === 1 ? [] : new Array<number>(x.ndim - 2).fill(1);
    return where(gt(x, 0), x, mul(reshape(weight, weight.size === 1 ? [] : [channels, ...rest]), x));
  },
);
