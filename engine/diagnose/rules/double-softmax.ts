/** A softmax over what is a softmax already, most often the one inside of the cross entropy. */

import { showNumber } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { type Activation, activationOf, softmaxesOf } from "../measures/activations";
import { scaledFrom } from "../measures/chains";
import { lossTermsOf } from "../measures/loss-terms";
import { leftOut, placeToChange } from "../measures/places";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const doubleSoftmax = defineRule({
  id: "double-softmax",
  title: "Softmax twice",
  severity: "warning",
  page: {
    meaning:
      "Softmax turns any numbers into probabilities. Cross entropy does that itself, so it expects the numbers before it, the logits.",
    harm: "A second softmax sees numbers between 0 and 1 only. The loss cannot come near 0, and the gradient of a wrong answer that is sure of itself is nearly 0.",
    cure: "Give the logits to the loss, and take the softmax only where probabilities are shown.",
    source: "PyTorch's documentation of CrossEntropyLoss; NeuraLint and UMLAUT report it.",
  },
  thresholds: {},
  explains: [
    "vanishing-gradient",
    "initial-loss",
    "saturation",
    "zero-gradient",
    "update-ratio",
    "loss-for-activation",
  ],
  find: findSoftmaxes,
});

function findSoftmaxes(traced: Traced): Trouble[] {
  const found = new Map<string, Trouble>();
  const look = (prediction: ReportNode, second: { readonly op: string; readonly node: ReportNode }) => {
    const first = activationOf(traced, scaledFrom(traced, prediction));
    if (first.op !== "softmax") return;
    const place = placeToChange(traced, first.node);
    const key = JSON.stringify(place);
    if (!found.has(key)) found.set(key, report(traced, first, second));
  };
  for (const { kind, node, prediction } of lossTermsOf(traced))
    if (kind === "class-logits") look(prediction, { op: node.op, node });
  for (const second of softmaxesOf(traced)) if (second.input !== null) look(second.input, second);
  return [...found.values()];
}

function report(
  traced: Traced,
  { node: first, isFormula, dim }: Activation,
  second: { readonly op: string; readonly node: ReportNode },
): Trouble {
  const classes = first.shape.at(isFormula && dim !== null ? dim : -1) ?? 1;
  const least = Math.log(1 + (classes - 1) / Math.E);
  const inLoss = second.op === "crossEntropy";
  const bound = inLoss
    ? ` With ${classes} classes the loss cannot fall below ${showNumber(least, 3)}, however sure the network is.`
    : "";
  return {
    ...said(
      `softmax is taken twice: ${isFormula ? "this formula is one, and its result" : "its result"} goes to ${second.op}, which takes it ${inLoss ? "itself" : "once more"}.`,
      `The second one sees only numbers from 0 to 1, and makes them nearly equal.${bound}`,
    ),
    site: placeToChange(traced, first),
    node: first.id,
    evidence: { second: second.op, classes, least },
    related: beside(second.node.site, "the second softmax"),
    fixes: [
      {
        title: "Leave out the first softmax",
        detail: `${second.op} expects any numbers and makes probabilities of them.`,
        remedies: isFormula ? [] : leftOut(traced, first),
      },
    ],
  };
}
