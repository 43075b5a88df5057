/** Targets of a regression far from the size of what a network gives at the start. */

import { showNumber } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { takenFrom } from "../measures/chains";
import { columnsOf, largestColumn } from "../measures/columns";
import { isFiniteRun } from "../measures/finite";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { standardised } from "../measures/other-values";
import { changedBy, placeToChange } from "../measures/places";
import { outlierIn } from "../measures/targets";
import type { Offered } from "../rule";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const targetsNotNormalised = defineRule({
  id: "targets-not-normalised",
  title: "Targets not normalised",
  severity: "warning",
  page: {
    meaning:
      "A network of the usual weights gives numbers of about 1. Targets such as prices in euros lie far from there.",
    harm: "Errors and gradients are as large as the targets, so a usual learning rate is too large; or the network spends its time on reaching the right size. Where one column is in another unit, the others do not count.",
    cure: "Subtract each target's mean and divide by its standard deviation, and undo that where predictions are used.",
    source:
      "LeCun et al., Efficient BackProp (1998); Bishop, Neural Networks for Pattern Recognition (1995).",
  },
  thresholds: {
    size: { value: 10, text: "root mean square of the targets, and of the errors" },
    column: { value: 100, text: "size of one column of targets over that of the usual one" },
    small: { value: 1e-3, text: "size of the targets over that of the predictions" },
  },
  explains: [
    "initial-loss",
    "exploding-gradient",
    "dominated-gradient",
    "update-ratio",
    "learning-rate-edge",
    "loss-reduction",
    "gradient-clipping",
    "vanishing-gradient",
    "precision-underflow",
    "precision-overflow",
  ],
  find: (traced, limits) =>
    isFiniteRun(traced)
      ? lossTermsOf(traced)
          .flatMap((term) => look(traced, term, limits))
          .slice(0, 1)
      : [],
  measure(traced) {
    const [term] = lossTermsOf(traced).filter(({ target, kind }) => target !== null && kind === "squares");
    return term?.target ? { label: "size of the targets", value: rmsOf(term.target) } : null;
  },
});

const rmsOf = ({ value }: ReportNode) => value.norm / Math.sqrt(Math.max(1, value.size));

function look(
  traced: Traced,
  { kind, node, prediction, target }: LossTerm,
  limits: Readonly<Record<"size" | "column" | "small", number>>,
): Trouble[] {
  if ((kind !== "squares" && kind !== "distances") || target === null) return [];
  if (target.requiresGrad || target.value.nonFinite > 0 || target.value.size < 2) return [];
  const [own, made] = [rmsOf(target), rmsOf(prediction)];
  const error = Math.sqrt(meanSquareBetween(traced, prediction, target));
  const at = { node, target, name: target.name ?? "The targets" };
  const largest = largestColumn(columnsOf(traced, target));
  if (
    largest !== null &&
    largest.ratio > limits.column &&
    largest.column.rms > limits.size &&
    error > limits.size
  )
    return [
      report(traced, at, {
        headline: `Column ${largest.column.column} of ${target.name ?? "the targets"} is ${showNumber(largest.ratio, 3)} times as large as the others: ${showNumber(largest.column.rms, 3)} on average.`,
        explanation: "Its errors are nearly all of the loss, so the other columns are not learned.",
        evidence: { column: largest.column.column, ratio: largest.ratio, rms: largest.column.rms },
      }),
    ];
  const evidence = { targets: own, predictions: made, error };
  if (own > limits.size && error > limits.size && made < own / 2 && outlierIn(traced, target) === null)
    return [
      report(traced, at, {
        headline: `${at.name} are ${showNumber(own, 3)} on average, the predictions ${showNumber(made, 3)}.`,
        explanation:
          "Errors and gradients are as large as the targets, and the network has a long way to go before it can say anything about single items.",
        evidence,
      }),
    ];
  // Predictions that are too large are another matter.
  if (own === 0 || own >= limits.small * made || made > limits.size || error < made / 2) return [];
  return [
    report(traced, at, {
      headline: `${at.name} are ${showNumber(own, 3)} on average, the predictions ${showNumber(made, 3)}: what is to be learned is lost beside them.`,
      explanation: "An error of the usual size is a thousand times what tells the targets apart.",
      evidence,
    }),
  ];
}

function meanSquareBetween(traced: Traced, prediction: ReportNode, target: ReportNode): number {
  const [p, t] = [prediction, target].map(({ id }) => traced.values(id, "value") ?? []);
  if (p === undefined || t === undefined || p.length === 0 || p.length !== t.length) return 0;
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += ((p[i] ?? 0) - (t[i] ?? 0)) ** 2;
  return sum / p.length;
}

function divided(traced: Traced, source: ReportNode, size: number): Offered {
  const { text, remedies } = changedBy(traced, source, "div", size);
  return {
    title: `Divide the targets by ${text}`,
    detail: "Then they are about 1; predictions are multiplied by it where they are used.",
    remedies,
  };
}

interface At {
  readonly node: ReportNode;
  readonly target: ReportNode;
}

function report(
  traced: Traced,
  { node, target }: At,
  { headline, explanation, evidence }: Pick<Trouble, "headline" | "explanation" | "evidence">,
): Trouble {
  const source = takenFrom(traced, target);
  return {
    ...said(headline, explanation),
    site: placeToChange(traced, source) ?? node.site,
    node: source.id,
    undo: () => standardised(traced, source.id),
    evidence,
    related: beside(node.site, "the loss"),
    fixes: [
      ...(typeof evidence.targets === "number" ? [divided(traced, source, evidence.targets)] : []),
      {
        title: "Normalise the targets",
        detail:
          "Subtract the mean of each column and divide by its standard deviation, and undo both where predictions are used.",
      },
    ],
  };
}
