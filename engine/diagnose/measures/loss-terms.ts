/** What a loss is made of: the comparisons of predictions with targets that its sum holds. */
import type { ReportNode } from "../../report/report";
import { lazily } from "../lazily";
import type { Traced } from "../traced";

/** A comparison behind the loss. */
export interface LossTerm {
  /** The operation that compares: `crossEntropy`, `mseLoss`. */
  readonly node: ReportNode;
  readonly prediction: ReportNode;
  /** Null where there is none, as in a penalty. */
  readonly target: ReportNode | null;
  /** Norm of the gradient that it receives: by how much the loss multiplies it, where the comparison is one number. */
  readonly weight: number;
}

/** Operations that compare a prediction (their first input) with a target (their second one). */
const comparisons: ReadonlySet<string> = new Set([
  "crossEntropy",
  "nllLoss",
  "mseLoss",
  "l1Loss",
  "smoothL1Loss",
  "huberLoss",
  "binaryCrossEntropy",
  "binaryCrossEntropyWithLogits",
  "klDiv",
  "hingeEmbeddingLoss",
  "softMarginLoss",
  "multiMarginLoss",
  "multiLabelSoftMarginLoss",
  "poissonNllLoss",
  "gaussianNllLoss",
]);

/** What leaves a sum of terms a sum of terms. */
const sums: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "sum",
  "mean",
  "stack",
  "cat",
  "reshape",
  "squeeze",
  "unsqueeze",
  "where",
  "to",
]);

/** The comparisons behind the loss, the last one first; empty where the loss is written by hand from other operations. */
export const lossTermsOf = lazily((traced): readonly LossTerm[] => {
  const root = traced.loss === null ? undefined : traced.nodes[traced.loss.node];
  const found: LossTerm[] = [];
  const seen = new Set<number>();
  const queue = root === undefined ? [] : [root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    if (comparisons.has(node.op)) found.push(...termOf(traced, node));
    else if (sums.has(node.op)) queue.push(...node.inputs.flatMap((id) => traced.nodes[id] ?? []));
  }
  return found.sort((a, b) => b.node.id - a.node.id);
});

function termOf({ nodes }: Traced, node: ReportNode): LossTerm[] {
  const [prediction, target = null] = node.inputs.map((id) => nodes[id] ?? null);
  return prediction ? [{ node, prediction, target, weight: node.grad?.norm ?? 0 }] : [];
}
