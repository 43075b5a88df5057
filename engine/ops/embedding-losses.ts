/** Losses that draw pairs together or push them apart: triplets, hinges, rankings, cosines. */

import { ModelError } from "../core/error";
import { flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { type Signature, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat, checkTensor } from "./arguments";
import { add, div, mul, neg, sub } from "./arithmetic";
import { sum } from "./broadcast";
import { eq, ne } from "./comparison";
import { composed } from "./composed";
import { pairwiseDistance } from "./distances";
import { mean } from "./mean";
import { type PairLoss, pairLoss, type UsualPositions, usual } from "./pair-loss";
import { sqrt } from "./powers";
import { checkReduction, type LossOptions, type LossReduction, reduceLoss } from "./reduction";
import { clamp, minimum, where } from "./select";
import { logSigmoid, sigmoid } from "./smooth-activations";

/** max(x, 0), with the gradient passing at 0, as PyTorch's `clamp_min`. */
const positive = (x: Tensor): Tensor => clamp(x, { min: 0 });

/** What `tripletMarginLoss` takes besides its tensors. */
export interface TripletMarginLossOptions extends LossOptions {
  /** By how much the negative must be further away; 1 when left out. */
  margin?: number;
  /** Which norm; 2 when left out. */
  p?: number;
  /** Added to each difference before its length is taken; 1e-6 when left out. */
  eps?: number;
  /** Takes the distance from the positive to the negative where that is smaller; false when left out. */
  swap?: boolean;
}

type TripletPositions = [
  margin?: number,
  p?: number,
  eps?: number,
  swap?: boolean,
  sizeAverage?: null,
  reduce?: null,
  reduction?: LossReduction,
];

/** max(0, margin + ‖anchor − positive‖ − ‖anchor − negative‖) of each row. */
export const tripletMarginLoss: (
  ...args: Widest<
    [anchor: Tensor, positive: Tensor, negative: Tensor, options?: TripletMarginLossOptions],
    [
      anchor: Tensor,
      positive: Tensor,
      negative: Tensor,
      ...Positions<TripletPositions, TripletMarginLossOptions>,
    ]
  >
) => Tensor = composed(
  "tripletMarginLoss",
  takes(["anchor", "positive", "negative"], { margin: number, p: number, eps: number, swap: flag, ...usual }),
  (anchor: Tensor, near: Tensor, far: Tensor, options: TripletMarginLossOptions = {}): Tensor => {
    const { margin = 1, p = 2, eps = 1e-6, swap = false } = options;
    for (const [name, x] of Object.entries({ anchor, positive: near, negative: far })) checkFloat(x, name);
    const toNear = pairwiseDistance(anchor, near, { p, eps });
    const direct = pairwiseDistance(anchor, far, { p, eps });
    const toFar = swap ? minimum(direct, pairwiseDistance(near, far, { p, eps })) : direct;
    return reduceLoss(positive(add(sub(toNear, toFar), margin)), checkReduction(options.reduction));
  },
);

/** What losses with a margin take besides their tensors. */
export interface MarginOptions extends LossOptions {
  /** How far apart is far enough; 1 for `hingeEmbeddingLoss`, 0 for the others when left out. */
  margin?: number;
}

type MarginPositions = Positions<[margin?: number, ...UsualPositions], MarginOptions>;
type TwoWithMargin = (
  ...args: Widest<
    [x: Tensor, target: Tensor, options?: MarginOptions],
    [x: Tensor, target: Tensor, ...MarginPositions]
  >
) => Tensor;
type ThreeWithMargin = (
  ...args: Widest<
    [x1: Tensor, x2: Tensor, target: Tensor, options?: MarginOptions],
    [x1: Tensor, x2: Tensor, target: Tensor, ...MarginPositions]
  >
) => Tensor;

const takesMargin = (...first: string[]): Signature => takes(first, { margin: number, ...usual });

/** x where the target is 1, max(0, margin − x) where it is −1: x is a distance. The margin is 1 when left out. */
export const hingeEmbeddingLoss: TwoWithMargin = composed(
  "hingeEmbeddingLoss",
  takesMargin("x", "target"),
  (x: Tensor, target: Tensor, { margin = 1, reduction }: MarginOptions = {}): Tensor => {
    const apart = where(ne(checkTensor(target, "target"), 1), positive(sub(margin, checkFloat(x))), 0);
    return reduceLoss(add(apart, where(ne(target, -1), x, 0)), checkReduction(reduction));
  },
);

/** max(0, margin − target (x1 − x2)): the target is 1 where x1 shall rank higher, −1 where x2. Margin 0 when left out. */
export const marginRankingLoss: ThreeWithMargin = composed(
  "marginRankingLoss",
  takesMargin("x1", "x2", "target"),
  (x1: Tensor, x2: Tensor, target: Tensor, { margin = 0, reduction }: MarginOptions = {}): Tensor => {
    const lead = mul(neg(checkTensor(target, "target")), sub(checkFloat(x1, "x1"), checkFloat(x2, "x2")));
    return reduceLoss(positive(add(lead, margin)), checkReduction(reduction));
  },
);

/** 1 − cos of the rows where the target is 1, max(0, cos − margin) where it is −1. Margin 0 when left out. */
export const cosineEmbeddingLoss: ThreeWithMargin = composed(
  "cosineEmbeddingLoss",
  takesMargin("x1", "x2", "target"),
  (x1: Tensor, x2: Tensor, target: Tensor, { margin = 0, reduction }: MarginOptions = {}): Tensor => {
    const [a, b, signs] = [checkFloat(x1, "x1"), checkFloat(x2, "x2"), checkTensor(target, "target")];
    if (a.ndim !== b.ndim || a.ndim < 1 || a.ndim > 2 || signs.ndim !== a.ndim - 1) {
      throw new ModelError(
        `found x1, x2 and target of ${a.ndim}, ${b.ndim} and ${signs.ndim} dimensions, expected [items, size], [items, size] and [items], or one item`,
      );
    }
    const along = { dim: a.ndim - 1 };
    const square = (x: Tensor) => add(sum(mul(x, x), along), 1e-12);
    const cosine = div(sum(mul(a, b), along), sqrt(mul(square(a), square(b))));
    const near = where(eq(signs, 1), sub(1, cosine), 0);
    const far = where(eq(signs, -1), positive(sub(cosine, margin)), 0);
    return reduceLoss(add(near, far), checkReduction(reduction));
  },
);

/** ln(1 + exp(−target x)): targets are 1 and −1. */
export const softMarginLoss: PairLoss = pairLoss<LossOptions>({
  name: "softMarginLoss",
  label: "ln(1 + exp(−x y))",
  formula: "\\bar{x} = -\\bar{o} \\, y \\, \\sigma(-x y) / N",
  kernel: "Math.max(-x * y, 0) + Math.log1p(Math.exp(-Math.abs(x * y)))",
  derivatives: [
    (x, y) => neg(mul(y, sigmoid(neg(mul(x, y))))),
    (x, y) => neg(mul(x, sigmoid(neg(mul(x, y))))),
  ],
  samples: (r) => [
    [r.uniform([2, 3]), r.awayFromZero([2, 3])],
    [r.uniform([4]), r.awayFromZero([4]), { reduction: "none" }],
  ],
});

type Weighed = [weight?: Tensor | null, ...UsualPositions];

/** The mean over classes of each class's binary cross entropy with logits; a third tensor weighs the classes. */
export const multilabelSoftMarginLoss: (
  ...args: Widest<
    [x: Tensor, target: Tensor, options?: LossOptions],
    [x: Tensor, target: Tensor, ...Positions<Weighed, LossOptions>]
  >
) => Tensor = composed(
  "multilabelSoftMarginLoss",
  takes(["x", "target", "weight"], usual),
  (x: Tensor, target: Tensor, weight?: Tensor | null, options: LossOptions = {}): Tensor => {
    const hit = mul(checkTensor(target, "target"), logSigmoid(checkFloat(x)));
    const each = neg(add(hit, mul(sub(1, target), logSigmoid(neg(x)))));
    const weighed = weight ? mul(each, checkFloat(weight, "weight")) : each;
    return reduceLoss(mean(weighed, { dim: -1 }), checkReduction(options.reduction));
  },
);
