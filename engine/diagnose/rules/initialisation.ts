/** Weights that start too large or too small: signals or gradients grow or fade from layer to layer. */
import { showNumber, showTimes } from "../../core/number-text";
import { sizeOf } from "../../core/shape";
import { originOf } from "../measures/origins";
import { ofUsualSize } from "../measures/other-values";
import { redrawn, unwritten } from "../measures/redrawn";
import { type Account, accountOf, isRectified, type Share } from "../measures/shares";
import { shapeOf, sizeAt } from "../measures/trunk";
import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** What the way as a whole must do before the weights on it are accused of it. */
const GROWN = 10;
const FADED = 1e-2;
/** A way on which the same weights come more often than this leads through time. */
const STEPS = 4;
/** So few layers keep signals with the weights that they draw by themselves, too. */
const FEW = 8;
/** What draws differ by chance is less than so many standard errors. */
const CHANCE = 4;
const bounded: ReadonlySet<string> = new Set([
  "tanh",
  "sigmoid",
  "softmax",
  "hardtanh",
  "hardsigmoid",
  "softsign",
  "erf",
]);

interface Limits {
  readonly large: number;
  readonly small: number;
  readonly steps: number;
}

export const initialisation = defineRule({
  id: "initialisation",
  title: "Initial weights of the wrong size",
  severity: "warning",
  page: {
    meaning:
      "Each layer multiplies what it is given by about the standard deviation of its weights times the square root of its inputs. Only where that is near 1 (√2 before relu) values and gradients keep their size over many layers.",
    harm: "With larger weights values and gradients grow from layer to layer and activations saturate; with smaller ones they fade, and the first layers do not learn.",
    cure: "Draw weights with standard deviation √(2 / fan-in) before relu, √(1 / fan-in) before tanh: nn.init.kaimingNormal, nn.init.xavierNormal, or what the layer does by itself. The fan-in of a convolution counts the places of its kernel.",
    source:
      "Glorot and Bengio (2010); He et al. (2015). TheDeepChecker tests the variance of initial weights the same way; SageMaker Debugger reports variances of layers that differ by more than 10.",
  },
  thresholds: {
    large: {
      value: 20,
      text: "factor by which weights that are written on one line enlarge gradients in all",
    },
    small: {
      value: 1e-3,
      text: "factor by which weights that are written on one line shrink gradients in all",
    },
    steps: { value: 1e-6, text: "the same for weights that are used in every step of a recurrence" },
  },
  explains: [
    "saturation",
    "dead-units",
    "activation-scale",
    "exploding-gradient",
    "vanishing-gradient",
    "initial-loss",
    "zero-gradient",
    "dominated-gradient",
    "learning-rate-edge",
    "update-ratio",
    "output-range",
    "attention-scale",
    "precision-underflow",
    "precision-overflow",
  ],
  find: findWeights,
  measure(traced) {
    const account = accountOf(traced);
    return (
      account && { label: "gradient of the first layer over that of the last one", value: account.total }
    );
  },
});

function findWeights(traced: Traced, limits: Limits): Trouble[] {
  const account = accountOf(traced);
  if (account === null) return [];
  const chosen = account.shares.filter(({ of }) => of === "chosen");
  const large = chosen.filter(
    (share) =>
      share.factor > limits.large && isLargest(account, share) && !keepsSignals(traced, account, share),
  );
  // Scales that start small are a matter of what they scale, which a connection around it may carry.
  const matrices = chosen.filter(({ parameter }) => shapeOf(traced, parameter ?? 0).length > 1);
  const small = matrices.filter(
    (share) => share.factor < smallest(account, limits) && isSmallest(account, share),
  );
  const [worst] = [
    ...(hasGrown(account) ? large.toSorted((a, b) => b.factor - a.factor) : []),
    ...(account.total < FADED ? small.toSorted((a, b) => a.factor - b.factor) : []),
  ];
  return worst === undefined ? [] : [report(traced, account, worst)];
}

/** Weights of He's size before rectifiers, but for what few draws differ by chance: what grows with them grows by something else. */
function keepsSignals(traced: Traced, account: Account, share: Share): boolean {
  if (!isRectified(account) || account.repeats > STEPS) return false;
  const matrices = writtenIn(traced, share).filter((id) => shapeOf(traced, id).length > 1);
  return (
    matrices.length > 0 &&
    matrices.every((id) => {
      const usual = Math.sqrt(2 / fanOf(traced, id));
      // The deviation of n draws has a standard error of 1 / √(2 n) of itself.
      return sizeAt(traced, id) <= usual * (1 + CHANCE / Math.sqrt(2 * sizeOf(shapeOf(traced, id))));
    })
  );
}

function smallest({ repeats }: Account, { small, steps }: Limits): number {
  return repeats > STEPS ? steps : small;
}

/** Values or gradients grow, or only do not since what is between saturates. */
function hasGrown({ total, growth, shares }: Account): boolean {
  const isSaturated = shares.some(({ op, factor }) => bounded.has(op) && factor < 1 / GROWN);
  return total > GROWN || growth > GROWN || isSaturated;
}

function isLargest({ shares }: Account, { factor }: Share): boolean {
  return shares.every((other) => other.factor <= factor || other.of === "chosen");
}

function isSmallest({ shares }: Account, { factor }: Share): boolean {
  return shares.every((other) => other.factor >= factor || other.of === "chosen");
}

function report(traced: Traced, account: Account, share: Share): Trouble {
  const weight = share.parameter ?? 0;
  const fan = fanOf(traced, weight);
  const size = sizeAt(traced, weight);
  const name = traced.nodes[weight]?.name ?? "a weight";
  const times = share.steps.length;
  const grows = share.factor > 1;
  const usual = Math.sqrt(1 / fan);
  const others = account.shares.filter(
    (other) => other !== share && other.of === "chosen" && grows === other.factor > 1,
  );
  return {
    ...said(
      `The weights written here start too ${grows ? "large" : "small"}: those of ${name} have the root mean square ${showNumber(size, 3)}, where ${showNumber(usual, 3)} to ${showNumber(Math.SQRT2 * usual, 3)} keeps the size of signals with ${showTimes(fan, "input")}.`,
      `Together they multiply the gradient by ${showNumber(share.factor, 3)} in ${showTimes(times, "operation")}; over the whole network it changes by ${showNumber(account.total, 3)}.`,
    ),
    site: share.site,
    node: weight,
    undo: () => ofUsualSize(traced, writtenIn(traced, share), isRectified(account) ? 2 : 1),
    evidence: {
      weight: name,
      size,
      fanIn: fan,
      usual,
      factor: share.factor,
      total: account.total,
      layers: account.layers,
    },
    related: others
      .filter(({ factor }) => Math.abs(Math.log(factor)) > Math.LN2)
      .slice(0, 4)
      .flatMap(({ site, factor }) => beside(site, `These weights multiply it by ${showNumber(factor, 3)}`)),
    fixes: fixesFor(traced, account, share),
  };
}

/** The parameters whose values its line chose, of as many dimensions as the one it is about. */
function writtenIn(traced: Traced, { parameter, steps }: Share): number[] {
  const dims = shapeOf(traced, parameter ?? 0).length;
  const all = [...new Set(steps.flatMap(({ parameters }) => parameters))];
  return all.filter(
    (id) => originOf(traced, id).isChosen && (id === parameter || shapeOf(traced, id).length === dims),
  );
}

function fixesFor(traced: Traced, account: Account, share: Share): Offered[] {
  const { parameter } = share;
  const isMatrix = shapeOf(traced, parameter ?? 0).length > 1 && account.repeats <= STEPS;
  const left = parameter === null ? [] : unwritten(traced, writtenIn(traced, share));
  // What layers draw by themselves fades over many of them.
  const isLeft = left.length > 0 && (account.layers <= FEW || !isMatrix);
  const how = isRectified(account) ? "kaimingNormal" : "xavierNormal";
  const draw = {
    title: "Scale the initial weights to the size of the layers",
    detail:
      "nn.init.kaimingNormal (before relu) and nn.init.xavierNormal (before tanh) draw weights of a standard deviation that keeps the size of signals.",
    remedies: isMatrix && !isLeft ? redrawn(traced, how, share.site) : [],
  };
  const leave = {
    title: "Leave them as the layer draws them",
    detail: "Without this line the layer starts with weights that fit its size.",
    remedies: isLeft ? left : [],
  };
  return isLeft ? [leave, draw] : [draw, leave];
}

/** Inputs of one output; of a scale, 1. */
function fanOf(traced: Traced, weight: number): number {
  const shape = shapeOf(traced, weight);
  return shape.length < 2 ? 1 : Math.max(1, sizeOf(shape.slice(1)));
}
