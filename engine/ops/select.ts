/** Functions that pick between values: where, masks, bounds, the larger and the smaller. */

import { promote } from "../core/dtype";
import { ModelError } from "../core/error";
import { number } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { checkNumber } from "../core/options";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import type { Elementwise } from "../kernels/kernels";
import { mul } from "./arithmetic";
import { broadcastLike, sumTo } from "./broadcast";
import { eq, ge, le, logicalAnd, lt } from "./comparison";
import { type Binary, binary, unary } from "./elementwise";
import { mapElements } from "./map-elements";
import { toTensor } from "./to-tensor";

const choose: Elementwise = { name: "where", expr: "x !== 0 ? y : z" };

/** x where the condition holds, y elsewhere; all three broadcast. The condition is a tensor of booleans. */
export const where: OpFunction<[condition: Tensor, x: TensorLike, y: TensorLike]> = defineOp({
  name: "where",
  takes: takes(["condition", "x", "y"]),
  role: "routes",
  label: "x ? y : z",
  formula: "\\bar{y} = \\bar{o} \\, [x], \\quad \\bar{z} = \\bar{o} \\, [\\lnot x]",
  args(condition, x, y) {
    const inputs = [checkMask(condition, "condition"), toTensor(x, y, "x"), toTensor(y, x, "y")];
    return { inputs, attrs: {} };
  },
  forward: (inputs) => mapElements(choose, inputs, {}, promote(inputs.slice(1))),
  vjp: [
    null,
    (g, { x, y }) => sumTo(where(x, g, 0), y),
    (g, { x, inputs }) => sumTo(where(x, 0, g), inputs[2] as Tensor),
  ],
  jvp: [
    null,
    (t, { x, out }) => broadcastLike(where(x, t, 0), out),
    (t, { x, out }) => broadcastLike(where(x, 0, t), out),
  ],
  samples: (r) => [
    [r.mask([2, 3]), r.uniform([2, 3]), r.uniform([2, 3])],
    [r.mask([2, 1]), r.uniform([3]), r.uniform([])],
  ],
});

function checkMask(mask: unknown, argument: string): Tensor {
  const found = toTensor(mask as TensorLike, undefined, argument);
  if (found.dtype === "bool") return found;
  throw new ModelError(`${argument} has type ${found.dtype}, expected bool`, {
    hint: "a comparison such as gt(x, 0) gives one",
  });
}

const fill: Elementwise = { name: "maskedFill", expr: "y !== 0 ? value : x", params: ["value"] };

/** x with `value` in the places where the mask is true. */
export const maskedFill: OpFunction<[x: TensorLike, mask: Tensor, value: number]> = defineOp({
  name: "maskedFill",
  takes: takes(["x", "mask", "value"]),
  role: "routes",
  label: "fill x",
  formula: "\\bar{x} = \\bar{o} \\, [\\lnot y]",
  args(x, mask, value) {
    return {
      inputs: [toTensor(x), checkMask(mask, "mask")],
      attrs: { value: checkNumber(value, "value") },
    };
  },
  forward: (inputs, attrs) => mapElements(fill, inputs, attrs, inputs[0]?.dtype),
  vjp: [(g, { x, y }) => sumTo(maskedFill(g, y, 0), x), null],
  jvp: [(t, { y, out }) => broadcastLike(maskedFill(t, y, 0), out), null],
  samples: (r) => [
    [r.uniform([2, 3]), r.mask([2, 3]), -3],
    [r.uniform([3]), r.mask([2, 1]), 0.5],
  ],
});

/** The larger of two, element by element; equal elements share the gradient. */
export const maximum: Binary = binary({
  name: "maximum",
  kernel: "Math.max(x, y)",
  label: "max(x, y)",
  role: "routes",
  formula: "\\bar{x} = \\bar{o} \\, ([x > y] + \\tfrac12 [x = y])",
  derivatives: [(g, { x, y }) => share(g, x, y), (g, { x, y }) => share(g, y, x)],
  slopes: ["x > y ? g : x === y ? 0.5 * g : 0", "y > x ? g : x === y ? 0.5 * g : 0"],
  samples: (r) => [
    [r.distinct([2, 3]), r.full([2, 3], 0.31)],
    [r.full([2, 1], 0.31), r.distinct([4])],
  ],
});

/** The smaller of two, element by element; equal elements share the gradient. */
export const minimum: Binary = binary({
  name: "minimum",
  kernel: "Math.min(x, y)",
  label: "min(x, y)",
  role: "routes",
  formula: "\\bar{x} = \\bar{o} \\, ([x < y] + \\tfrac12 [x = y])",
  derivatives: [(g, { x, y }) => share(g, y, x), (g, { x, y }) => share(g, x, y)],
  slopes: ["x < y ? g : x === y ? 0.5 * g : 0", "y < x ? g : x === y ? 0.5 * g : 0"],
  samples: (r) => [
    [r.distinct([2, 3]), r.full([2, 3], 0.31)],
    [r.full([2, 1], 0.31), r.distinct([4])],
  ],
});

/** g where a is larger than b, half of it where they are equal, nothing where it is smaller. */
function share(g: Tensor, a: Tensor, b: Tensor): Tensor {
  return where(eq(a, b), mul(g, 0.5), maskedFill(g, lt(a, b), 0));
}

/** The bounds of `clamp`; at least one is needed. */
export interface ClampOptions {
  /** The lower bound; none when left out. */
  min?: number;
  /** The upper bound; none when left out. */
  max?: number;
}

/** The kernel of functions that are cut off at both ends. */
export const bounded = { name: "clamp", expr: "Math.min(Math.max(x, min), max)", params: ["min", "max"] };

/** x kept within bounds, of which one may be left out; the gradient passes within and on them. */
export const clamp: OpFunction<
  [x: TensorLike, options: ClampOptions],
  [x: TensorLike, ...Positions<[min: number | null | undefined, max?: number | null], ClampOptions>]
> = unary<
  [options: ClampOptions],
  Required<ClampOptions>,
  [x: TensorLike, ...Positions<[min: number | null | undefined, max?: number | null], ClampOptions>]
>({
  name: "clamp",
  takes: { min: number, max: number },
  kernel: bounded,
  label: "clamp x",
  role: "routes",
  formula: "\\bar{x} = \\bar{o} \\, [\\min \\le x \\le \\max]",
  options(options) {
    const { min, max } = options ?? {};
    if (min === undefined && max === undefined)
      throw new ModelError("found no bound, expected min, max or both");
    return { min: min ?? Number.NEGATIVE_INFINITY, max: max ?? Number.POSITIVE_INFINITY };
  },
  slope: "x >= min && x <= max ? g : 0",
  derivative: (g, { x, attrs }) => where(logicalAnd(ge(x, attrs.min), le(x, attrs.max)), g, 0),
  keepsIntegers: true,
  samples: (r) => [
    [r.awayFromZero([2, 3], 0.2, 1), { min: -0.1, max: 1.2 }],
    [r.awayFromZero([3]), { min: 0 }],
    [r.awayFromZero([1, 3]), { max: 0.1 }],
  ],
});
