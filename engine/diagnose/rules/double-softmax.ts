/** A softmax over what is a softmax already, most often the one inside of the cross entropy. */

import { showNumber } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { scaledFrom } from "../measures/chains";
import { lossTermsOf } from "../measures/loss-terms";
import { leftOut, operationsNamed, placeToChange } from "../measures/places";
import { carriesGradient } from "../measures/wires";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

const softmaxes = new Set(["softmax", "logSoftmax"]);

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
  const look = (prediction: ReportNode, second: ReportNode) => {
    const first = scaledFrom(traced, prediction);
    if (first.op !== "softmax") return;
    const place = placeToChange(traced, first);
    const key = JSON.stringify(place);
    if (!found.has(key)) found.set(key, report(traced, first, second));
  };
  for (const { kind, node, prediction } of lossTermsOf(traced))
    if (kind === "class-logits") look(prediction, node);
  const carries = carriesGradient(traced);
  for (const id of operationsNamed(traced, softmaxes)) {
    const second = traced.nodes[id];
    const input = traced.nodes[second?.inputs[0] ?? -1];
    if (carries[id] === 1 && second !== undefined && input !== undefined) look(input, second);
  }
  return [...found.values()];
}

function report(traced: Traced, first: ReportNode, second: ReportNode): Trouble {
  const classes = first.shape.at(-1) ?? 1;
  const least = Math.log(1 + (classes - 1) / Math.E);
  const inLoss = second.op === "crossEntropy";
  const bound = inLoss
    ? ` With ${classes} classes the loss cannot fall below ${showNumber(least, 3)}, however sure the network is.`
    : "";
  return {
    ...said(
      `softmax is taken twice: its result goes to ${second.op}, which takes it ${inLoss ? "itself" : "once more"}.`,
      `The second one sees only numbers from 0 to 1, and makes them nearly equal.${bound}`,
    ),
    site: placeToChange(traced, first),
    node: first.id,
    evidence: { second: second.op, classes, least },
    related: beside(second.site, "the second softmax"),
    fixes: [
      {
        title: "Leave out the first softmax",
        detail: `${second.op} expects any numbers and makes probabilities of them.`,
        remedies: leftOut(traced, first),
      },
    ],
  };
}
