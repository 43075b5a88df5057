/** Losses that compare directions and margins: multiMarginLoss, cosineSimilarity. */

import { ModelError } from "../core/error";
import { dim, integer, number } from "../core/kinds";
import { type At, defineOp, type OpFunction, type Positions } from "../core/op";
import { broadcastShapes, normalizeDim } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { relu } from "./activations";
import { checkFloat, type Maybe, readArgs } from "./arguments";
import { add, div, mul, sub } from "./arithmetic";
import { broadcastLike, sum, sumTo } from "./broadcast";
import { cast } from "./cast";
import { checkClasses, checkClassWeights, classLayout } from "./class-targets";
import { gt } from "./comparison";
import { gather } from "./gather";
import {
  checkReduction,
  type LossOptions,
  type LossReduction,
  oldReduction,
  reduceLoss,
  reductions,
} from "./reduction";
import { clamp, maskedFill } from "./select";
import { oneHot } from "./sort";
import { norm } from "./statistics";
import { reshape } from "./view";

/** What `multiMarginLoss` takes besides its tensors. */
export interface MultiMarginOptions extends LossOptions {
  /** Power of each margin's violation: 1 (default) or 2. */
  p?: 1 | 2;
  /** By how much the right class must lead; 1 when left out. */
  margin?: number;
}

interface MarginAttrs {
  readonly reduction: LossReduction;
  readonly p: 1 | 2;
  readonly margin: number;
}

type MarginArgs = [
  x: Tensor,
  target: Tensor,
  weight?: Maybe | MultiMarginOptions,
  options?: MultiMarginOptions,
];
type MarginPositions = [
  x: Tensor,
  target: Tensor,
  ...Positions<
    [
      p?: 1 | 2 | Maybe,
      margin?: number,
      weight?: Maybe,
      sizeAverage?: null,
      reduce?: null,
      reduction?: LossReduction,
    ],
    MultiMarginOptions
  >,
];

/** Σ over wrong classes of max(0, margin − x[right] + x[wrong])^p / classes. A third tensor weighs the right classes. */
export const multiMarginLoss: OpFunction<MarginArgs, MarginPositions> = defineOp({
  name: "multiMarginLoss",
  role: "compares",
  label: "Σ max(0, m − x[y] + x)",
  formula:
    "\\bar{x}_c = \\bar{o} \\, [m - x_y + x_c > 0] / (C N), \\quad \\bar{x}_y = -\\textstyle\\sum_{c \\ne y} \\bar{x}_c",
  takes: takes(
    ["x", "target", "weight"],
    { p: integer, margin: number, sizeAverage: oldReduction, reduce: oldReduction, reduction: reductions },
    { pytorch: ["x", "target", "p", "margin", "weight", "sizeAverage", "reduce", "reduction"] },
  ),
  args(...args) {
    const { tensors, options } = readArgs<MultiMarginOptions>(args, ["x", "target", "weight"], 2);
    const [x, target, weight] = tensors as [Tensor, Tensor, Tensor | undefined];
    const layout = classLayout(checkFloat(x));
    if (x.ndim > 2)
      throw new ModelError(`x has ${x.ndim} dimensions, expected [classes] or [items, classes]`);
    checkClassWeights(weight, layout);
    const { p = 1, margin = 1 } = options;
    if (p !== 1 && p !== 2) throw new ModelError(`p is ${p}, expected 1 or 2`);
    const inputs = [x, checkClasses(target, layout)];
    if (weight !== undefined) inputs.push(weight);
    return {
      inputs,
      attrs: { reduction: checkReduction(options.reduction), p, margin },
    };
  },
  forward(inputs, attrs) {
    const violations = violationsOf(inputs, attrs);
    const each = attrs.p === 1 ? violations : mul(violations, violations);
    return reduceLoss(sum(mul(each, factors(inputs)), { dim: -1 }), attrs.reduction);
  },
  vjp: [
    (g, at) => {
      const { x, attrs } = at;
      const rows = attrs.reduction === "none" ? reshape(g, [...g.shape, 1]) : g;
      const items = x.ndim === 2 && attrs.reduction === "mean" ? (x.shape[0] as number) : 1;
      return mul(div(rows, items), slopes(at));
    },
    null,
    null,
  ],
  jvp: [(t, at) => reduceLoss(sum(mul(t, slopes(at)), { dim: -1 }), at.attrs.reduction), null, null],
  samples: (r) => [
    [r.distinct([3, 4]), r.integers([3], 4), { margin: 0.55 }],
    [r.distinct([2, 3]), r.integers([2], 3), r.uniform([3], 0.5, 2).detach(), { p: 2, reduction: "none" }],
  ],
});

/** max(0, margin − x[right] + x[class]) for the wrong classes, 0 for the right one. */
function violationsOf([x, target]: readonly Tensor[], { margin }: MarginAttrs): Tensor {
  const input = x as Tensor;
  const right = gather(input, reshape(target as Tensor, [...(target as Tensor).shape, 1]), { dim: -1 });
  return maskedFill(relu(add(sub(input, right), margin)), isRight(input, target as Tensor), 0);
}

/** True at each item's class. */
function isRight(x: Tensor, target: Tensor): Tensor {
  return cast(oneHot(target, { numClasses: x.shape.at(-1) as number }), "bool");
}

/** Each item's weight divided by the number of classes. */
function factors([x, target, weight]: readonly Tensor[]): Tensor | number {
  const classes = (x as Tensor).shape.at(-1) as number;
  if (weight === undefined) return 1 / classes;
  const column = reshape(target as Tensor, [...(target as Tensor).shape, 1]);
  const rows = (x as Tensor).ndim === 2 ? broadcastLike(reshape(weight, [1, classes]), x as Tensor) : weight;
  return div(gather(rows, column, { dim: -1 }), classes);
}

/** ∂(loss of an item)/∂x. */
function slopes(at: At<MarginAttrs>): Tensor {
  const violations = violationsOf(at.inputs, at.attrs);
  const wrong = at.attrs.p === 1 ? cast(gt(violations, 0), at.x.dtype) : mul(violations, 2);
  const scaled = mul(wrong, factors(at.inputs));
  const right = cast(isRight(at.x, at.y), at.x.dtype);
  return sub(scaled, mul(right, sum(scaled, { dim: -1, keepdim: true })));
}

/** What `cosineSimilarity` takes besides its tensors. */
export interface CosineOptions {
  /** The dimension along which the vectors lie; 1 when left out. */
  dim?: number;
  /** Lengths below this count as this; 1e-8 when left out. */
  eps?: number;
}

interface CosineAttrs {
  readonly dim: number;
  readonly eps: number;
}

/** The cosine of the angle between vectors along `dim`. */
export const cosineSimilarity: OpFunction<
  [x: Tensor, y: Tensor, options?: CosineOptions],
  [x: Tensor, y: Tensor, ...Positions<[dim?: number, eps?: number], CosineOptions>]
> = defineOp({
  name: "cosineSimilarity",
  role: "compares",
  label: "x · y / (‖x‖ ‖y‖)",
  formula: "\\bar{x} = \\bar{o} \\, (\\hat{y} - o \\, \\hat{x}) / \\lVert x \\rVert",
  takes: takes(["x", "y"], { dim, eps: number }),
  args(...args) {
    const { tensors, options } = readArgs<CosineOptions>(args, ["x", "y"], 2);
    const inputs = [checkFloat(tensors[0]), checkFloat(tensors[1], "y")] as const;
    const ndim = Math.max(inputs[0].ndim, inputs[1].ndim);
    // Counted from the end, so that it names the same dimension in a smaller tensor that is broadcast.
    return { inputs, attrs: { dim: normalizeDim(options.dim ?? 1, ndim) - ndim, eps: options.eps ?? 1e-8 } };
  },
  forward(inputs, attrs) {
    const [x, y] = spread(inputs, 0);
    return sum(mul(unit(x, attrs), unit(y, attrs)), { dim: attrs.dim });
  },
  vjp: [0, 1].map((i) => (g: Tensor, at: At<CosineAttrs>) => {
    const { dim } = at.attrs;
    const kept = at.out.shape.toSpliced(at.out.ndim + 1 + dim, 0, 1);
    return sumTo(mul(reshape(g, kept), cosineSlope(at, i)), at.inputs[i] as Tensor);
  }),
  jvp: [0, 1].map(
    (i) => (t: Tensor, at: At<CosineAttrs>) => sum(mul(t, cosineSlope(at, i)), { dim: at.attrs.dim }),
  ),
  samples: (r) => [
    [r.awayFromZero([2, 3]), r.awayFromZero([2, 3])],
    [r.awayFromZero([3]), r.awayFromZero([2, 3]), { dim: -1 }],
    [r.awayFromZero([2, 3, 2]), r.awayFromZero([2, 3, 2])],
  ],
});

/** Input i and the other one, repeated to the shape that they share: only so are vectors as long as they count. */
function spread(inputs: readonly Tensor[], i: number): [own: Tensor, other: Tensor] {
  const [own, other] = [inputs[i] as Tensor, inputs[1 - i] as Tensor];
  const like = { shape: broadcastShapes(own.shape, other.shape) };
  return [broadcastLike(own, like), broadcastLike(other, like)];
}

function lengthOf(x: Tensor, { dim, eps }: CosineAttrs): Tensor {
  return clamp(norm(x, { dim, keepdim: true }), { min: eps });
}

function unit(x: Tensor, attrs: CosineAttrs): Tensor {
  return div(x, lengthOf(x, attrs));
}

/** ∂o/∂(input i) = (other unit vector − o · own unit vector) / own length. */
function cosineSlope(at: At<CosineAttrs>, i: number): Tensor {
  const { attrs } = at;
  const [own, other] = spread(at.inputs, i);
  const [hat, otherHat] = [unit(own, attrs), unit(other, attrs)];
  const cosine = sum(mul(hat, otherHat), { dim: attrs.dim, keepdim: true });
  return div(sub(otherHat, mul(cosine, hat)), lengthOf(own, attrs));
}
