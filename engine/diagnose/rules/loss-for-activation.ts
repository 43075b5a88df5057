/** The last activation and the loss do not fit: together they make a gradient that is small where the network is most wrong. */

import { showNumber } from "../../core/number-text";
import { showShape } from "../../core/shape";
import type { ReportNode } from "../../report/report";
import { type Activation, activationOf } from "../measures/activations";
import { arrangedFrom } from "../measures/chains";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { leftOut, placeToChange } from "../measures/places";
import { isBinary } from "../measures/targets";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

const bends = new Set(["relu", "relu6", "tanh", "hardtanh"]);
/** More columns than that are a picture rather than answers. */
const MAX_ANSWERS = 16;

export const lossForActivation = defineRule({
  id: "loss-for-activation",
  title: "Loss and last activation do not fit",
  severity: "warning",
  page: {
    meaning:
      "Each loss expects a certain last step: logits for cross entropy, sigmoid for binary cross entropy, no activation for squared errors of plain numbers.",
    harm: "Other pairs cut off answers that the network needs (relu makes logits below 0 impossible), or have hardly a gradient where a sure answer is wrong (sigmoid or softmax with squared errors).",
    cure: "Leave out the last activation, or take the loss that belongs to it.",
    source:
      "Glorot and Bengio (2010) on squared errors of sigmoids; AUTOTRAINER, DeepLocalize, NeuraLint and UMLAUT report such pairs.",
  },
  thresholds: {},
  explains: [
    "dead-units",
    "vanishing-gradient",
    "zero-gradient",
    "saturation",
    "initial-loss",
    "update-ratio",
  ],
  find: findTerms,
});

interface Mismatch {
  readonly headline: string;
  readonly explanation: string;
  readonly site: "activation" | "loss";
  readonly fix: string;
}

function findTerms(traced: Traced): Trouble[] {
  for (const term of lossTermsOf(traced)) {
    const head = activationOf(traced, arrangedFrom(traced, term.prediction));
    const mismatch = mismatchOf(traced, term, head);
    if (mismatch !== null) return [report(traced, term, head, mismatch)];
  }
  return [];
}

function mismatchOf(traced: Traced, term: LossTerm, head: Activation): Mismatch | null {
  const { kind, node, prediction, target } = term;
  if (head.op === "softmax") {
    const { shape, value } = head.node;
    if (head.dim !== null && shape[head.dim] === 1 && value.size > 1) return single(node, head.node);
  }
  if (kind === "class-logits" || kind === "binary-logits") return bent(term, head) ?? oneClass(term);
  if (target === null || target.requiresGrad) return null;
  if (kind === "probabilities" && head.op === "softmax" && node.op === "binaryCrossEntropy")
    return several(head, target, traced);
  if (kind === "probabilities" || prediction.shape.length > 2) return null;
  if (kind !== "squares" || (prediction.shape[1] ?? 1) > MAX_ANSWERS) return null;
  if (head.op !== "sigmoid" && head.op !== "softmax") return null;
  return isBinary(traced, target) && !isMadeOf(traced, prediction, target) ? squared(head) : null;
}

function bent({ node }: LossTerm, head: Activation): Mismatch | null {
  if (!bends.has(head.op)) return null;
  const { size, zeros, min, max } = head.node.value;
  const isRelu = head.op.startsWith("relu");
  return {
    headline: isRelu
      ? `The logits of this ${node.op} come out of ${head.op}: none can be below 0, and ${Math.round((100 * zeros) / size)} % of them are 0 and get no gradient.`
      : `The logits of this ${node.op} come out of ${head.op}: they stay between ${showNumber(min, 3)} and ${showNumber(max, 3)}, so the network can never be sure.`,
    explanation: "Logits are to take any value: a class is ruled out by a number far below the others.",
    site: "activation",
    fix: `Leave out the last ${head.op}`,
  };
}

function oneClass({ kind, prediction, dim, node }: LossTerm): Mismatch | null {
  if (kind !== "class-logits" || dim === null || prediction.shape[dim] !== 1) return null;
  return {
    headline: `This ${node.op} has a single class: its softmax is always 1, the loss always 0, and so is the gradient.`,
    explanation: "One output is enough for yes or no, with binaryCrossEntropyWithLogits.",
    site: "loss",
    fix: "Use binaryCrossEntropyWithLogits, or two outputs",
  };
}

function single({ op }: ReportNode, { shape }: ReportNode): Mismatch {
  return {
    headline: `The softmax in front of this ${op} goes over a single number (shape ${showShape(shape)}): it is always 1.`,
    explanation: "No gradient passes, whatever the network says. One output takes a sigmoid.",
    site: "activation",
    fix: "Use sigmoid instead of softmax, or two outputs",
  };
}

function several(head: Activation, target: ReportNode, traced: Traced): Mismatch | null {
  const classes = head.node.shape.at(-1) ?? 1;
  if (classes < 3 || !isBinary(traced, target)) return null;
  return {
    headline: `softmax over ${classes} classes goes to binaryCrossEntropy, which asks of each class on its own.`,
    explanation: "Most of its terms are about classes that are not there, so the right one counts little.",
    site: "loss",
    fix: "Leave out the softmax and use crossEntropy",
  };
}

function squared(head: Activation): Mismatch {
  const other = head.op === "sigmoid" ? "binaryCrossEntropyWithLogits" : "crossEntropy";
  return {
    headline: `Squared errors of a ${head.op} against targets of 0 and 1: where a sure answer is wrong, hardly any gradient is left.`,
    explanation: `The slope of ${head.op} is part of the gradient, and is near 0 at both ends. In ${other} it cancels.`,
    site: "loss",
    fix: `Leave out the ${head.op} and use ${other}`,
  };
}

/** True when the target is what went into the network: a picture that is to come out again. */
function isMadeOf(traced: Traced, prediction: ReportNode, target: ReportNode): boolean {
  const source = arrangedFrom(traced, target).id;
  const seen = new Set<number>();
  const queue = [prediction.id];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (id === source) return true;
    if (seen.has(id) || id < source) continue;
    seen.add(id);
    queue.push(...(traced.nodes[id]?.inputs ?? []));
  }
  return false;
}

function report(traced: Traced, { node }: LossTerm, head: Activation, mismatch: Mismatch): Trouble {
  const { headline, explanation, site, fix } = mismatch;
  const atActivation = site === "activation";
  const places = [placeToChange(traced, head.node), node.site];
  const [own = null, other = null] = atActivation ? places : places.reverse();
  return {
    ...said(headline, explanation),
    site: own,
    node: atActivation ? head.node.id : node.id,
    evidence: { activation: head.op, loss: node.op },
    related: beside(other, atActivation ? "the loss" : `made by ${head.op}`),
    fixes: [
      {
        title: fix,
        detail: explanation,
        ...(atActivation && head.op !== "softmax" && !head.isFormula
          ? { remedies: leftOut(traced, head.node) }
          : {}),
      },
    ],
  };
}
