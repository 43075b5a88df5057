/** Any numbers go where the loss expects probabilities, or logarithms of probabilities. */

import { showNumber } from "../../core/number-text";
import type { Remedy } from "../../report/remedy";
import type { ReportNode } from "../../report/report";
import { arrangedFrom } from "../measures/chains";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { layerSite, operationsNamed, placeToChange } from "../measures/places";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Rows that are looked at. */
const MAX_ROWS = 64;
/** Losses that say what their target is: classes, or probabilities. */
const ofLibrary: ReadonlySet<string> = new Set(["nllLoss", "klDiv", "binaryCrossEntropy"]);
/** Rounding, and what is added to keep a logarithm finite. */
const TOLERANCE = 0.02;

export const logitsAsProbabilities = defineRule({
  id: "logits-as-probabilities",
  title: "Logits instead of probabilities",
  severity: "error",
  page: {
    meaning:
      "Some losses take probabilities, or their logarithms, as they are: nllLoss and klDiv expect logarithms of probabilities that sum to 1, a cross entropy written by hand expects probabilities.",
    harm: "Fed with other numbers such a loss has no lower bound, or is cut off: it falls when all numbers grow, and says nothing about the classes.",
    cure: "Put softmax, logSoftmax or sigmoid in front of the loss, or take the loss that expects logits.",
    source: "PyTorch's documentation of NLLLoss and KLDivLoss; UMLAUT.",
  },
  thresholds: {},
  explains: ["non-finite", "zero-gradient", "initial-loss", "exploding-gradient", "dominated-gradient"],
  find: (traced) =>
    lossTermsOf(traced)
      .flatMap((term) => {
        const sums = sumOfProbabilities(traced, term);
        return sums === null ? [] : [report(traced, term, sums)];
      })
      .slice(-1),
});

/** To what the probabilities of a row sum up, where that is not 1; null where all is well. */
function sumOfProbabilities(traced: Traced, term: LossTerm): string | null {
  const { kind, prediction, node } = term;
  if (isCounted(term)) return null;
  if (kind === "probabilities") {
    const source = prediction.op === "clamp" ? traced.nodes[prediction.inputs[0] ?? -1] : prediction;
    const { min, max } = (source ?? prediction).value;
    return min < -1e-6 || max > 1 + 1e-6 ? `from ${showNumber(min, 3)} to ${showNumber(max, 3)}` : null;
  }
  if (kind !== "class-logs" || isNormalisedBeside(traced, prediction)) return null;
  const values = traced.values(prediction.id, "value");
  if (values === null || prediction.shape.length === 0) return null;
  const dims = node.op === "nllLoss" ? [term.dim ?? 0] : prediction.shape.map((_, dim) => dim);
  const sums = dims.map((dim) => worstSum(values, prediction.shape, dim));
  const best = sums.reduce((a, b) => (Math.abs(Math.log(b)) < Math.abs(Math.log(a)) ? b : a));
  return Math.abs(best - 1) <= TOLERANCE ? null : `that sum to ${showNumber(best, 3)}`;
}

/** Whether a loss by hand takes logarithms times counts, as the likelihood of Poisson's distribution does: of rates, not of classes. */
function isCounted({ node, target }: LossTerm): boolean {
  return (
    !ofLibrary.has(node.op) && target !== null && (target.value.max > 1 + 1e-6 || target.value.min < -1e-6)
  );
}

/** The sum of exp(x) along a dimension that is farthest from 1. */
function worstSum(values: ArrayLike<number>, shape: readonly number[], dim: number): number {
  const classes = shape[dim] ?? 1;
  const inner = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  const rows = values.length / classes;
  let worst = 1;
  for (let row = 0; row < Math.min(rows, MAX_ROWS); row++) {
    const first = Math.floor(row / inner) * classes * inner + (row % inner);
    let sum = 0;
    for (let i = 0; i < classes; i++) sum += Math.exp(values[first + i * inner] ?? 0);
    if (Math.abs(Math.log(sum)) > Math.abs(Math.log(worst))) worst = sum;
  }
  return worst;
}

/** True when another term takes the sum over all classes: together they are a cross entropy. */
function isNormalisedBeside(traced: Traced, prediction: ReportNode): boolean {
  const own = arrangedFrom(traced, prediction).id;
  return operationsNamed(traced, new Set(["logsumexp"])).some((id) => {
    const input = traced.nodes[traced.nodes[id]?.inputs[0] ?? -1];
    return input !== undefined && arrangedFrom(traced, input).id === own;
  });
}

function report(traced: Traced, { node, kind, prediction }: LossTerm, how: string): Trouble {
  const head = arrangedFrom(traced, prediction);
  const wantsLogs = kind === "class-logs";
  const expects = wantsLogs ? "logarithms of probabilities" : "probabilities from 0 to 1";
  const name = node.op === "log" ? "This logarithm" : `This ${node.op}`;
  const isSoftmax = head.op === "softmax";
  return {
    ...said(
      `${name} expects ${expects}, and gets ${isSoftmax ? "probabilities without the logarithm" : "other numbers"}: ${wantsLogs ? "probabilities" : "values"} ${how}.`,
      "Such a loss falls when the numbers grow, whether or not they are right.",
    ),
    site: node.site,
    node: node.id,
    evidence: { loss: node.op, prediction: head.op, found: how },
    related: beside(placeToChange(traced, head), `${head.op} made the numbers`),
    fixes: [fixOf(traced, node, head)],
  };
}

function fixOf(traced: Traced, node: ReportNode, head: ReportNode) {
  if (head.op === "softmax" && node.op !== "log")
    return {
      title: "logSoftmax instead of softmax",
      detail: `It is the logarithm that ${node.op} expects.`,
      remedies: otherCall(traced, head, ["LogSoftmax", "logSoftmax"]),
    };
  if (node.op === "nllLoss")
    return {
      title: "crossEntropy instead of nllLoss",
      detail: "It takes logits and is nllLoss of their logSoftmax.",
      remedies: otherCall(traced, node, ["CrossEntropyLoss", "crossEntropy"]),
    };
  return {
    title: "Put softmax or sigmoid in front of it",
    detail: "Or take the loss with logits: crossEntropy, binaryCrossEntropyWithLogits.",
  };
}

/** Another layer where the layer was constructed, or else another function where it was called. */
function otherCall(traced: Traced, node: ReportNode, [layer, name]: readonly [string, string]): Remedy[] {
  const constructed = layerSite(traced, node);
  if (constructed !== null) return [{ change: "callee", call: constructed, name: layer }];
  return node.site === null ? [] : [{ change: "callee", call: node.site, name }];
}
