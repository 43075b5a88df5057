/** Targets that are nearly all of one class, in a loss that does nothing about it. */

import { showCount, showPercent } from "../../core/number-text";
import { takenFrom } from "../measures/chains";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { placeToChange } from "../measures/places";
import { meanLossOf } from "../measures/term-losses";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Fewer items say nothing about the data. */
const MIN_ITEMS = 50;
/** Of more classes, as of words, most are rare. */
const MAX_CLASSES = 20;

export const classImbalance = defineRule({
  id: "class-imbalance",
  title: "Classes out of balance",
  severity: "info",
  page: {
    meaning: "Nearly all items belong to one class, and each item counts as much in the loss.",
    harm: "A network that always says the same is right nearly always: the loss is small, and the rare class is not learned.",
    cure: "Give the rare class a larger weight (weight, posWeight), draw it more often, or judge by precision and recall.",
    source: "SageMaker Debugger's ClassImbalance; He and Garcia, Learning from Imbalanced Data (2009).",
  },
  thresholds: { share: { value: 0.95, text: "share of the items that belong to one class" } },
  find: (traced, { share }) =>
    lossTermsOf(traced)
      .flatMap((term) => look(traced, term, share))
      .slice(0, 1),
});

function look(traced: Traced, term: LossTerm, limit: number): Trouble[] {
  const counts = countsOf(traced, term);
  if (counts === null) return [];
  const items = counts.reduce((a, b) => a + b, 0);
  const present = counts.filter((n) => n > 0);
  const most = Math.max(...counts);
  if (items < MIN_ITEMS || present.length < 2 || most / items < limit) return [];
  // A network that has learned the rare class is no longer misled.
  const entropy = present.reduce((sum, n) => sum - (n / items) * Math.log(n / items), 0);
  const now = meanLossOf(traced, term);
  if (now !== null && now.loss < entropy / 2) return [];
  return [report(traced, term, { most, items, counts })];
}

/** How many items each class has; null where the classes are not known, or where something counters their shares. */
function countsOf(traced: Traced, { kind, node, prediction, target, byHand, factors, dim }: LossTerm) {
  if (byHand || target === null || factors.length > 0) return null;
  const values = traced.values(target.id, "value");
  if (values === null) return null;
  const isBinary = (kind === "binary-logits" || kind === "probabilities") && (prediction.shape[1] ?? 1) === 1;
  const classes = isBinary
    ? 2
    : kind === "class-logits" || kind === "class-logs"
      ? (prediction.shape[dim ?? 1] ?? 0)
      : 0;
  const hasWeights = !isBinary && node.inputs.length > 2;
  if (classes < 2 || classes > MAX_CLASSES || hasWeights) return null;
  if (!isBinary && target.shape.length !== prediction.shape.length - 1) return null;
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < values.length; i++) {
    const label = values[i] ?? -1;
    if (counts[label] !== undefined) counts[label]++;
  }
  return counts;
}

interface Counted {
  readonly most: number;
  readonly items: number;
  readonly counts: readonly number[];
}

function report(traced: Traced, { node, target }: LossTerm, { most, items, counts }: Counted): Trouble {
  const source = target === null ? node : takenFrom(traced, target);
  const share = most / items;
  return {
    ...said(
      `${showPercent(share)} of the targets are class ${counts.indexOf(most)}: ${showCount(most)} of ${showCount(items)}.`,
      "Always saying so is right that often, and nothing in the loss makes the others count more.",
    ),
    site: placeToChange(traced, source) ?? node.site,
    node: source.id,
    evidence: { share, most, items, class: counts.indexOf(most) },
    related: beside(node.site, "the loss"),
    fixes: [
      {
        title: "Give the rare class a larger weight",
        detail:
          "crossEntropy takes a weight for each class, binaryCrossEntropyWithLogits a posWeight; both let the rare class count.",
      },
    ],
  };
}
