/** A loss that is divided by the batch twice, summed where the learning rate is one for means, or sums one term and takes the mean of another. */

import { showCount, showNumber } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { accumulatesGradients } from "../measures/beginning";
import { hasLearnt } from "../measures/descent";
import { type Branch, branchesOf } from "../measures/loss-branches";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { placeToChange } from "../measures/places";
import { rowsOf, usersOf } from "../measures/wires";
import { beside, defineRule, type Trouble } from "../rule";
import { numberInCode, said } from "../said";
import { siteInRow, type Traced } from "../traced";

/** Smaller batches are too easily the same as another number. */
const MIN_BATCH = 8;

const symptoms = [
  "update-ratio",
  "learning-rate-edge",
  "exploding-gradient",
  "dominated-gradient",
  "initial-loss",
  "precision-overflow",
];

/** What steps that were too large leave behind. */
const ofSteps = [
  "dead-units",
  "saturation",
  "non-finite",
  "vanishing-gradient",
  "zero-gradient",
  "activation-scale",
  "initialisation",
];

export const lossReduction = defineRule({
  id: "loss-reduction",
  title: "Loss reduced the wrong way",
  severity: "warning",
  page: {
    meaning:
      "The losses of the items of a batch become one number: their mean as a rule, or their sum. Learning rates are usually meant for the mean.",
    harm: "Divided by the batch twice, gradients are that many times too small, and training crawls. Summed, they grow with the batch, and the steps are too large. A sum beside a mean drowns it.",
    cure: "Reduce once, the same way for all terms; with a sum divide the learning rate by the size of the batch.",
    source: "Goyal et al., Accurate, Large Minibatch SGD (2017), on learning rates and the size of batches.",
  },
  thresholds: {
    rate: { value: 1, text: "learning rate times the size of the batch, for a sum and plain SGD" },
    parts: { value: 0.5, text: "factor of a summed term over that of one with a mean" },
  },
  explains: symptoms,
  find(traced, limits) {
    return [
      ...twice(traced),
      ...sumBesideMean(traced, limits.parts),
      ...sumWithLargeRate(traced, limits.rate),
      ...loopWithLargeRate(traced, limits.rate),
    ].slice(0, 1);
  },
});

/** A division by the batch behind a mean over the batch, or behind another one. */
function twice(traced: Traced): Trouble[] {
  const terms = lossTermsOf(traced);
  if (accumulatesGradients(traced)) return [];
  for (const { prediction, reductions, divisors, node } of terms) {
    const batch = prediction.shape[0] ?? 1;
    if (batch < MIN_BATCH || divisors.length === 0) continue;
    const others = new Set([1, terms.length, ...prediction.shape.slice(1)]);
    others.add(prediction.value.size / batch);
    // The number of terms explains itself.
    const byBatch = divisors.filter(
      ({ value }) =>
        !isNear(value, terms.length) && Array.from(others).some((other) => isNear(value, batch * other)),
    );
    const means = reductions.filter(({ kind, count }) => kind === "mean" && count >= batch);
    const first = byBatch[0];
    if (first !== undefined && byBatch.length + means.length > 1)
      return [reportTwice(first.node, { value: first.value, batch, node })];
  }
  return [];
}

const isNear = (a: number, b: number) => Math.abs(a - b) <= 1e-4 * Math.abs(b);

function reportTwice(
  divisor: ReportNode,
  { value, batch, node }: { readonly value: number; readonly batch: number; readonly node: ReportNode },
): Trouble {
  return {
    ...said(
      `The loss is a mean over ${showCount(batch)} items already, and is divided by ${showNumber(value)} here.`,
      `Gradients are ${showCount(batch)} times as small as they should be, and so are the steps of SGD.`,
    ),
    site: divisor.site,
    node: divisor.id,
    evidence: { batch, divisor: value },
    related: beside(node.site, "the mean"),
    fixes: [
      {
        title: "Do not divide by the batch once more",
        detail: "The mean does not depend on the size of the batch.",
        ...(divisor.site !== null && isNear(value, batch)
          ? { remedies: [{ change: "unwrap" as const, call: divisor.site }] }
          : {}),
      },
    ],
  };
}

/** A term that is summed over the batch beside one that is its mean: the first counts as often as there are items. */
function sumBesideMean(traced: Traced, limit: number): Trouble[] {
  const branches = branchesOf(traced).filter(({ items }) => items >= MIN_BATCH);
  const mean = branches.find(({ kind }) => kind === "mean");
  if (mean === undefined) return [];
  const sum = branches.find(
    ({ kind, items, factor }) => kind === "sum" && items === mean.items && factor >= limit * mean.factor,
  );
  return sum === undefined ? [] : [reportBeside(sum, mean)];
}

function reportBeside(sum: Branch, mean: Branch): Trouble {
  const times = (sum.items * sum.factor) / mean.factor;
  return {
    ...said(
      `This term is summed over ${showCount(sum.items)} items, the other one is a mean: an item counts ${showNumber(times, 3)} times as much in the sum.`,
      "The larger the batch, the more the sum drowns the mean.",
    ),
    site: sum.node.site,
    node: sum.node.id,
    evidence: { items: sum.items, times },
    related: beside(mean.node.site, "the mean"),
    fixes: [
      {
        title: "Reduce both terms the same way",
        detail: `Divide the sum by the ${showCount(sum.items)} items, or sum both and divide the total.`,
      },
    ],
  };
}

/** A sum over the batch with a learning rate for which only a mean is small enough. */
function sumWithLargeRate(traced: Traced, limit: number): Trouble[] {
  for (const { reductions, divisors, prediction, node } of lossTermsOf(traced)) {
    const items = prediction.shape[0] ?? 1;
    const sum = reductions.find(({ kind, count }) => kind === "sum" && count >= items);
    const isMean = reductions.some(({ kind, count }) => kind === "mean" && count >= items);
    if (sum === undefined || isMean || items < MIN_BATCH) continue;
    const used = rateFor(traced, items * factorOf(divisors), limit);
    if (used !== null) return [reportSum(traced, sum.node, { items, node, ...used })];
  }
  return [];
}

const factorOf = (divisors: LossTerm["divisors"]) =>
  divisors.reduce((product, { value }) => product / Math.abs(value), 1);

/** The SGD whose steps are too large with a gradient so many times that of a mean; null where none's are. */
function rateFor(traced: Traced, times: number, limit: number): Pick<Summed, "rate" | "row"> | null {
  const { optimizers, optimised } = traced.trace.tables;
  for (let row = 0; row < optimizers.type.length; row++) {
    const type = traced.trace.texts[at(optimizers.type, row)];
    const isUsed = Array.from(optimised.optimizer).includes(row);
    const rate = at(optimizers.learningRate, row);
    const slowed = Math.max(1, 0.3 / Math.max(0.01, 1 - at(optimizers.momentum, row)));
    if (type === "SGD" && isUsed && rate * slowed * times >= limit) return { rate, row };
  }
  return null;
}

/** Losses of single items that one line makes in a loop, added up and never divided, where training did not get on with it. */
function loopWithLargeRate(traced: Traced, limit: number): Trouble[] {
  const lines = new Map<string, LossTerm[]>();
  for (const term of lossTermsOf(traced)) {
    const { prediction, reductions, node } = term;
    const isOne = (prediction.shape[0] ?? 1) === 1 || prediction.shape.length < 2;
    const isMean = reductions.some((each) => each.kind === "mean" && each.node !== node);
    if (!isOne || isMean || node.site === null) continue;
    const key = `${node.op} ${node.site.file}:${node.site.line}:${node.site.column}`;
    lines.set(key, [...(lines.get(key) ?? []), term]);
  }
  for (const [first, ...others] of lines.values()) {
    const items = others.length + 1;
    if (first === undefined || items < MIN_BATCH) continue;
    const used = rateFor(traced, items * factorOf(first.divisors), limit);
    if (used !== null && hasLearnt(traced) === false)
      return [reportLoop(traced, { items, node: first.node, ...used })];
  }
  return [];
}

function reportLoop(traced: Traced, { items, rate, node }: Summed): Trouble {
  const users = rowsOf(usersOf(traced), node.id).flatMap((id) => traced.nodes[id] ?? []);
  const sum = users.find(({ op }) => op === "add") ?? node;
  return {
    ...said(
      `The losses of ${showCount(items)} items are added up one by one, with a learning rate of ${showNumber(rate)}: as a mean's, that would be ${showNumber(rate * items)}.`,
      "The gradient of a sum grows with the number of items, and SGD steps as far as the gradient is long.",
    ),
    site: sum.site,
    node: sum.id,
    evidence: { items, rate, asMean: rate * items },
    explains: [...symptoms, ...ofSteps],
    related: sum === node ? [] : beside(node.site, "the loss of one item"),
    fixes: [
      {
        title: `Divide the sum by the ${showCount(items)} items`,
        detail: "Then the learning rate does not depend on how many there are.",
      },
      {
        title: `Divide the learning rate by ${showCount(items)}`,
        detail: "A sum trains as well with a rate that fits it.",
      },
    ],
  };
}

interface Summed {
  readonly items: number;
  readonly rate: number;
  readonly node: ReportNode;
  /** Of the optimiser. */
  readonly row: number;
}

function reportSum(traced: Traced, sum: ReportNode, { items, rate, node, row }: Summed): Trouble {
  // A layer such as CrossEntropyLoss has its options where it is constructed.
  const call = placeToChange(traced, sum);
  const ofLibrary = sum.id === node.id;
  const { optimizers } = traced.trace.tables;
  const steps = at(optimizers.steps, row);
  const made = siteInRow(traced, rowAt(optimizers.site, row));
  const smaller = numberInCode(rate / items);
  return {
    ...said(
      `The loss is the sum over ${showCount(items)} items, with a learning rate of ${showNumber(rate)}: as a mean's, that would be ${showNumber(rate * items)}.`,
      "The gradient of a sum grows with the batch, and SGD steps as far as the gradient is long.",
    ),
    site: call,
    node: sum.id,
    evidence: { items, rate, asMean: rate * items },
    ...(steps > 0 ? { explains: [...symptoms, ...ofSteps] } : {}),
    related: call === sum.site ? [] : beside(sum.site, "the loss"),
    fixes: [
      {
        title: "Take the mean",
        detail: "Then the learning rate does not depend on the size of the batch.",
        ...(call === null
          ? {}
          : {
              remedies: [
                ofLibrary
                  ? { change: "option" as const, call, name: "reduction", value: '"mean"' }
                  : { change: "callee" as const, call, name: "mean" },
              ],
            }),
      },
      {
        title: `Divide the learning rate by ${showCount(items)}`,
        detail: "A sum trains as well with a rate that fits it.",
        ...(made === null
          ? {}
          : { remedies: [{ change: "option" as const, call: made, name: "lr", value: smaller }] }),
      },
    ],
  };
}
