/** One sample, class or element that carries nearly all of the gradient, because of its weight or of its target. */

import { showCount, showNumber, showPercent } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { takenFrom } from "../measures/chains";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { placeToChange } from "../measures/places";
import { type JudgedPart, judgedIn } from "../measures/residuals";
import { medianOf, outlierIn } from "../measures/targets";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Answers that are this wrong should have a say. */
const WRONG = 0.1;
const MIN_PARTS = 8;

export const dominatedGradient = defineRule({
  id: "dominated-gradient",
  title: "Dominated gradient",
  severity: "warning",
  page: {
    meaning:
      "The gradient of a batch is the sum of what its samples ask for. A weight or a target that is far too large makes one sample, class or output speak for all.",
    harm: "Each step follows the one that dominates; the others are not learned, though the network is wrong about them.",
    cure: "Look at the weight or the target that stands out; limit weights, remove outliers, or take a loss that grows less, such as huberLoss.",
    source: "Huber (1964) on outliers; Owen (2000) on importance weights that are cut off.",
  },
  thresholds: {
    share: { value: 0.9, text: "share of the gradient that the few carry" },
    times: { value: 1000, text: "weight of the few over the usual one" },
  },
  explains: [
    "exploding-gradient",
    "initial-loss",
    "update-ratio",
    "class-imbalance",
    "learning-rate-edge",
    "loss-reduction",
  ],
  find: (traced, limits) =>
    lossTermsOf(traced)
      .flatMap((term) => heavy(traced, term, limits) ?? outlying(traced, term, limits.share) ?? [])
      .slice(0, 1),
});

type Limits = Readonly<Record<"share" | "times", number>>;

/** Weights: some count a thousand times as much as others that are just as wrong. */
function heavy(traced: Traced, term: LossTerm, limits: Limits): Trouble | null {
  const all = judgedIn(traced, term).filter(({ gradient }) => gradient > 0);
  const wrong = all.filter(({ residual }) => residual > WRONG);
  if (wrong.length < MIN_PARTS) return null;
  const weightOf = ({ gradient, residual }: JudgedPart) => gradient / residual;
  const usual = medianOf(wrong.map(weightOf));
  const few = wrong.filter((each) => weightOf(each) > limits.times * usual);
  const total = all.reduce((sum, { gradient }) => sum + gradient, 0);
  const share = few.reduce((sum, { gradient }) => sum + gradient, 0) / total;
  if (few.length === 0 || few.length > wrong.length / 2 || share < limits.share) return null;
  const times = Math.max(...few.map(weightOf)) / usual;
  const place = sourceOfWeights(traced, term);
  const what = term.kind === "class-logits" ? "samples" : "elements";
  return {
    ...said(
      `${showCount(few.length)} of ${showCount(all.length)} ${what} carry ${showPercent(share)} of the gradient: each counts up to ${showNumber(times, 3)} times as much as the others.`,
      `The network is wrong about ${showCount(wrong.length)} of them, but each step follows these few only.`,
    ),
    site: place,
    node: term.node.id,
    evidence: { few: few.length, of: all.length, share, times },
    related: beside(term.node.site, "the loss"),
    fixes: [
      {
        title: "Look at the largest weight, and limit it",
        detail:
          "A weight of 10 or 100 is enough to make a rare thing count; clamp(weights, { max }) keeps it there.",
      },
    ],
  };
}

/** Where the weights come from: the class weights, a factor of each element, a ratio; or else the loss. */
function sourceOfWeights(traced: Traced, { node, factors, bend, byHand }: LossTerm) {
  if (bend !== null) return placeToChange(traced, bend);
  const classWeights = byHand ? undefined : traced.nodes[node.inputs[2] ?? -1];
  const weights = classWeights ?? factors[0]?.by;
  const source = weights === undefined ? null : takenFrom(traced, weights);
  return (source === null ? null : placeToChange(traced, source)) ?? node.site;
}

/** A target that lies far from all others, in a loss that takes squares. */
function outlying(
  traced: Traced,
  { kind, prediction, target, node }: LossTerm,
  limit: number,
): Trouble | null {
  if (kind !== "squares" || target === null || target.requiresGrad) return null;
  const gradients = traced.values(prediction.id, "grad");
  const outlier = outlierIn(traced, target);
  if (outlier === null || gradients === null || gradients.length !== target.value.size) return null;
  let total = 0;
  for (let i = 0; i < gradients.length; i++) total += Math.abs(gradients[i] ?? 0);
  const share = Math.abs(gradients[outlier.element] ?? 0) / total;
  return share < limit ? null : tell(traced, { target, node }, outlier, share);
}

function tell(
  traced: Traced,
  { target, node }: { readonly target: ReportNode; readonly node: ReportNode },
  { element, times }: { readonly element: number; readonly times: number },
  share: number,
): Trouble {
  const source = takenFrom(traced, target);
  const value = traced.values(target.id, "value")?.[element] ?? Number.NaN;
  return {
    ...said(
      `Element ${showCount(element)} of ${target.name ?? "the targets"} is ${showNumber(value)}, ${showNumber(times, 3)} times as far from the middle as the others: it carries ${showPercent(share)} of the gradient.`,
      "Squares make a large error count twice over: each step follows this one element.",
    ),
    site: placeToChange(traced, source) ?? node.site,
    node: source.id,
    evidence: { element, value, times, share },
    related: beside(node.site, "the loss"),
    fixes: [
      {
        title: "Look at this target",
        detail: "One number that far from the others is mostly a mistake in the data.",
      },
      {
        title: "Use huberLoss",
        detail: "It grows like the error, not like its square, where that is large.",
      },
    ],
  };
}
