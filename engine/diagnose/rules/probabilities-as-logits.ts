/** Probabilities go where the loss, or an activation, expects any numbers and makes probabilities of them. */

import { showNumber } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { type Activation, activationOf } from "../measures/activations";
import { scaledFrom } from "../measures/chains";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { leftOut, placeToChange } from "../measures/places";
import { probabilityDims } from "../measures/targets";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

const squashes = new Set(["sigmoid", "hardsigmoid"]);
const wantsLogits = new Set(["softMarginLoss", "multiLabelSoftMarginLoss"]);

export const probabilitiesAsLogits = defineRule({
  id: "probabilities-as-logits",
  title: "Probabilities instead of logits",
  severity: "warning",
  page: {
    meaning:
      "Logits are the numbers before sigmoid or softmax: from −∞ to ∞, with 0 for undecided. Losses with logits make probabilities of them.",
    harm: "A probability taken for a logit is never below 0, so a sure no becomes a half: the loss cannot come near 0, and two squashes in a row shrink the gradient.",
    cure: "Leave out the sigmoid, or take the loss that expects probabilities.",
    source: "PyTorch's documentation of BCEWithLogitsLoss; UMLAUT reports logits and probabilities mixed up.",
  },
  thresholds: {},
  explains: [
    "vanishing-gradient",
    "loss-for-activation",
    "initial-loss",
    "saturation",
    "zero-gradient",
    "output-range",
  ],
  find: findTerms,
});

function findTerms(traced: Traced): Trouble[] {
  const found = new Map<number, Trouble>();
  for (const term of lossTermsOf(traced)) {
    const first = squashIn(traced, term);
    if (first !== null && !found.has(first.squash.node.id))
      found.set(first.squash.node.id, report(traced, first));
  }
  return [...found.values()].slice(0, 1);
}

interface Squashed {
  readonly squash: Activation;
  /** The operation that squashes once more. */
  readonly second: ReportNode;
}

function squashIn(traced: Traced, { kind, node, prediction, dim }: LossTerm): Squashed | null {
  const head = activationOf(traced, scaledFrom(traced, prediction));
  const isSquash = squashes.has(head.op);
  if (kind === "class-logits")
    return isSquash || isMixture(traced, head, dim) ? { squash: head, second: node } : null;
  if (kind === "binary-logits" || wantsLogits.has(node.op))
    return isSquash || head.op === "softmax" ? { squash: head, second: node } : null;
  // Sigmoid of a sigmoid, which then is a probability as it should be.
  const before =
    isSquash && head.input !== null ? activationOf(traced, scaledFrom(traced, head.input)) : null;
  return before !== null && (squashes.has(before.op) || before.op === "softmax")
    ? { squash: before, second: head.node }
    : null;
}

/** Numbers that sum to 1 for each item without being a softmax: a mixture of several, or counts over their sum. */
function isMixture(traced: Traced, { op, node }: Activation, dim: number | null): boolean {
  if (op === "softmax" || node.kind !== "operation" || dim === null || !(node.value.std > 0)) return false;
  if (node.value.min < 0 || node.value.max > 1 + 1e-3) return false;
  const values = traced.values(node.id, "value");
  return values !== null && probabilityDims(values, node.shape).includes(dim);
}

function report(traced: Traced, { squash, second }: Squashed): Trouble {
  const { min, max } = squash.node.value;
  return {
    ...said(
      `${second.op} expects logits, and gets what ${squash.op} made: probabilities, here from ${showNumber(min, 3)} to ${showNumber(max, 3)}.`,
      `It squashes them once more, so that a sure no is taken for a half and the loss cannot come near 0.`,
    ),
    site: placeToChange(traced, squash.node),
    node: squash.node.id,
    evidence: { activation: squash.op, loss: second.op, min, max },
    related: beside(second.site, `${second.op} takes them for logits`),
    fixes: [
      {
        title: `Leave out the ${squash.op}`,
        detail: `${second.op} takes the numbers before it.`,
        remedies: squash.isFormula ? [] : leftOut(traced, squash.node),
      },
    ],
  };
}
