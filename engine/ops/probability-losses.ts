/** Losses between probabilities: binary cross entropy and divergence. */

import { ModelError } from "../core/error";
import { choice, flag, tensor } from "../core/kinds";
import { inFunction, type Positions } from "../core/op";
import { sameShape, showShape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat, type Maybe, readArgs } from "./arguments";
import { add, div, mul, neg, sub } from "./arithmetic";
import { exp, log, log1p } from "./exponentials";
import { type LossPositions, type PairLoss, pairLoss, type UsualPositions, usual } from "./pair-loss";
import { checkReduction, type LossOptions, reduceLoss } from "./reduction";
import { clamp } from "./select";
import { logSigmoid, sigmoid } from "./smooth-activations";

type Weighted<O, P extends readonly unknown[]> = [
  x: Tensor,
  target: Tensor,
  weight?: Maybe | O,
  ...Positions<P, O>,
];
type DivergencePositions = LossPositions<
  [options?: null, reduce?: null, reduction?: KlDivOptions["reduction"], logTarget?: boolean],
  KlDivOptions
>;

const names = ["x", "target", "weight"];
const takesProbabilities = takes(names, usual);
const takesLogits = takes(names, { ...usual, posWeight: tensor });
const takesDivergence = takes(["x", "target"], {
  ...usual,
  reduction: choice("mean", "sum", "none", "batchmean"),
  logTarget: flag,
});

const crossEntropyOfProbabilities: PairLoss = pairLoss<LossOptions>({
  name: "binaryCrossEntropy",
  label: "−y ln x − (1 − y) ln(1 − x)",
  formula: "\\bar{x} = \\bar{o} \\, \\frac{x - y}{x (1 - x) N}",
  kernel: "-y * Math.max(Math.log(x), -100) - (1 - y) * Math.max(Math.log1p(-x), -100)",
  check(x) {
    const at = x.data.findIndex((v) => v < 0 || v > 1);
    if (at >= 0) {
      throw new ModelError(`x holds ${x.data[at]} at position ${at}, expected probabilities from 0 to 1`, {
        hint: "binaryCrossEntropyWithLogits takes any numbers",
      });
    }
  },
  derivatives: [
    (x, y) => div(sub(x, y), clamp(mul(x, sub(1, x)), { min: 1e-12 })),
    (x) => sub(clamp(log1p(neg(x)), { min: -100 }), clamp(log(x), { min: -100 })),
  ],
  samples: (r) => [
    [r.uniform([2, 3], 0.1, 0.9), r.uniform([2, 3], 0, 1)],
    [r.uniform([4], 0.1, 0.9), r.uniform([4], 0, 1), { reduction: "none" }],
  ],
});

/**
 * Cross entropy of probabilities x against targets from 0 to 1; logarithms are cut at −100, as in PyTorch. A third
 * tensor weighs the elements.
 * @throws ModelError for an x that is no probability
 */
export function binaryCrossEntropy(...args: Weighted<LossOptions, UsualPositions>): Tensor {
  const given = inFunction("binaryCrossEntropy", () => arrange(takesProbabilities, args));
  const { x, target, weight, options } = readWeighted<LossOptions>("binaryCrossEntropy", given);
  return weighted(weight, options, (each) => crossEntropyOfProbabilities(x, target, each));
}

const crossEntropyOfLogits: PairLoss = pairLoss<LossOptions>({
  name: "binaryCrossEntropyWithLogits",
  label: "ln(1 + eˣ) − x y",
  formula: "\\bar{x} = \\bar{o} \\, (\\sigma(x) - y) / N",
  kernel: "Math.max(x, 0) - x * y + Math.log1p(Math.exp(-Math.abs(x)))",
  derivatives: [(x, y) => sub(sigmoid(x), y), (x) => neg(x)],
  samples: (r) => [
    [r.uniform([2, 3]), r.uniform([2, 3], 0, 1)],
    [r.uniform([4]), r.uniform([4], 0, 1), { reduction: "none" }],
  ],
});

/** What `binaryCrossEntropyWithLogits` takes besides its tensors. */
export interface WithLogitsOptions extends LossOptions {
  /** Weight of the part of the loss that belongs to y = 1; broadcasts; 1 when left out. */
  posWeight?: Tensor;
}

/** Cross entropy of sigmoid(x) against targets from 0 to 1, without overflow. A third tensor weighs the elements. */
export function binaryCrossEntropyWithLogits(
  ...args: Weighted<WithLogitsOptions, [...UsualPositions, posWeight?: Tensor]>
): Tensor {
  const name = "binaryCrossEntropyWithLogits";
  const given = inFunction(name, () => arrange(takesLogits, args));
  const { x, target, weight, options } = readWeighted<WithLogitsOptions>(name, given);
  const { posWeight } = options;
  if (posWeight === undefined) {
    return weighted(weight, options, (each) => crossEntropyOfLogits(x, target, each));
  }
  return weighted(weight, options, (each) => {
    const positive = mul(mul(checkFloat(posWeight, "posWeight"), target), logSigmoid(x));
    const negative = mul(sub(1, target), logSigmoid(neg(x)));
    return reduceLoss(neg(add(positive, negative)), checkReduction(each.reduction));
  });
}

function readWeighted<O extends LossOptions>(name: string, args: readonly unknown[]) {
  const { tensors, options } = inFunction(name, () => readArgs<O>(args, names, 2));
  const [x, target, weight] = tensors as [Tensor, Tensor, Tensor | undefined];
  inFunction(name, () => checkPair(x, target));
  return { x, target, weight, options };
}

/** Unlike other losses these do not broadcast: [4, 1] against [4] would compare every item with every other one. */
function checkPair(x: Tensor, target: Tensor): void {
  if (sameShape(x.shape, target.shape)) return;
  throw new ModelError(
    `target has shape ${showShape(target.shape)}, expected that of x, ${showShape(x.shape)}`,
    x.size === target.size ? { hint: "reshape(target, x.shape) gives it that shape" } : {},
  );
}

/** The loss, or with weights the reduction of weight times each element's loss. */
function weighted(
  weight: Tensor | undefined,
  { reduction }: LossOptions,
  loss: (options: LossOptions) => Tensor,
): Tensor {
  const kind = checkReduction(reduction);
  if (weight === undefined) return loss({ reduction: kind });
  return reduceLoss(mul(loss({ reduction: "none" }), checkFloat(weight, "weight")), kind);
}

const divergence: PairLoss = pairLoss<LossOptions>({
  name: "klDiv",
  label: "y (ln y − x)",
  formula: "\\bar{x} = -\\bar{o} \\, y / N",
  kernel: "y === 0 ? 0 : y * (Math.log(y) - x)",
  derivatives: [(_, y) => neg(y), (x, y) => sub(add(log(y), 1), x)],
  samples: (r) => [
    [r.uniform([2, 3], -2, 0), r.uniform([2, 3], 0.1, 1)],
    [r.uniform([4], -2, 0), r.uniform([4], 0.1, 1), { reduction: "none" }],
  ],
});

const divergenceOfLogs: PairLoss = pairLoss<LossOptions>({
  name: "klDivLog",
  label: "eʸ (y − x)",
  formula: "\\bar{x} = -\\bar{o} \\, e^y / N",
  kernel: "Math.exp(y) * (y - x)",
  derivatives: [(_, y) => neg(exp(y)), (x, y) => mul(exp(y), sub(add(y, 1), x))],
  samples: (r) => [[r.uniform([2, 3], -2, 0), r.uniform([2, 3], -2, 0)]],
});

/** What `klDiv` takes besides its tensors. */
export interface KlDivOptions {
  /** As for other losses, "mean" when left out; "batchmean" divides the sum by the number of items. */
  reduction?: LossOptions["reduction"] | "batchmean";
  /** Whether the target holds logarithms, too; false when left out. */
  logTarget?: boolean;
}

/** Divergence of the target from exp(x): x holds logarithms of probabilities, the target probabilities. */
export function klDiv(...args: DivergencePositions): Tensor {
  const { tensors, options } = inFunction("klDiv", () =>
    readArgs<KlDivOptions>(arrange(takesDivergence, args), names.slice(0, 2), 2),
  );
  const [x, target] = tensors as [Tensor, Tensor];
  const { reduction = "mean", logTarget = false } = options;
  const loss = logTarget ? divergenceOfLogs : divergence;
  if (reduction !== "batchmean") return loss(x, target, { reduction });
  return div(loss(x, target, { reduction: "sum" }), x.shape[0] ?? 1);
}
