/** Comparisons of a prediction with a target: losses of the library, and the same written by hand. */
import type { ReportNode } from "../../report/report";
import type { Traced } from "../traced";
import { arrangedFrom, numberOf, sidesOf } from "./chains";
import { attributesOf } from "./places";

/** What a comparison takes its prediction for. */
export type LossKind =
  /** Numbers, whose distance from the target counts. */
  | "squares"
  | "distances"
  /** Any numbers: softmax or sigmoid is part of the loss. */
  | "class-logits"
  | "binary-logits"
  /** Logarithms of probabilities. */
  | "class-logs"
  /** Probabilities of classes, or of yes and no. */
  | "probabilities"
  | "other";

export interface ComparedPair {
  /** The operation that compares: `crossEntropy`, `mseLoss`; `sub` or `log` in a loss that is written by hand. */
  readonly node: ReportNode;
  readonly kind: LossKind;
  readonly prediction: ReportNode;
  /** Null where there is none, as in a penalty. */
  readonly target: ReportNode | null;
  /** Dimension of the classes; null where there is none, or it is not known. */
  readonly dim: number | null;
  /** False for a loss of the library. */
  readonly byHand: boolean;
}

/** Losses of the library: they compare their first input with their second one. */
const losses: Readonly<Record<string, LossKind>> = {
  crossEntropy: "class-logits",
  nllLoss: "class-logs",
  mseLoss: "squares",
  l1Loss: "distances",
  smoothL1Loss: "distances",
  huberLoss: "distances",
  binaryCrossEntropy: "probabilities",
  binaryCrossEntropyWithLogits: "binary-logits",
  klDiv: "class-logs",
  klDivLog: "class-logs",
  hingeEmbeddingLoss: "other",
  softMarginLoss: "other",
  multiMarginLoss: "other",
  multiLabelSoftMarginLoss: "other",
  poissonNllLoss: "other",
  gaussianNllLoss: "other",
};

/** @param target what the operation's result is multiplied with or picked by, if it is not compared in the operation itself */
export function comparedIn(traced: Traced, node: ReportNode, target: ReportNode | null): ComparedPair | null {
  const [x, y] = node.inputs.map((id) => traced.nodes[id]);
  if (x === undefined) return null;
  const kind = losses[node.op];
  if (kind !== undefined) {
    // One dimension of classes, after that of the items.
    const classes = kind === "class-logits" || node.op === "nllLoss" ? (x.shape.length > 1 ? 1 : 0) : null;
    return { node, kind, prediction: x, target: y ?? null, dim: classes, byHand: false };
  }
  if (node.op === "square" || isSquare(traced, node)) return differenceOf(traced, x, "squares");
  if (node.op === "abs") return differenceOf(traced, x, "distances");
  const picked = node.op === "log" && x.op === "gather" ? x.inputs.map((id) => traced.nodes[id]) : [];
  if (picked[0] !== undefined && picked[1] !== undefined)
    return { node, kind: "probabilities", prediction: picked[0], target: picked[1], dim: null, byHand: true };
  return target === null ? null : logarithmOf(traced, node, x, target);
}

function isSquare(traced: Traced, node: ReportNode): boolean {
  const [x, y] = node.inputs;
  if (node.op === "mul") return x === y;
  if (node.op !== "pow") return false;
  const power = y === undefined ? undefined : traced.nodes[y];
  return (power === undefined ? attributesOf(traced, node.id).exponent : numberOf(power)) === 2;
}

function differenceOf(traced: Traced, whole: ReportNode, kind: LossKind): ComparedPair | null {
  const difference = arrangedFrom(traced, whole);
  const sides = difference.op === "sub" ? sidesOf(traced, difference) : null;
  if (sides === null) return null;
  const { moving: prediction, fixed: target } = sides;
  return { node: difference, kind, prediction, target, dim: null, byHand: true };
}

/** y · log p, in one of its forms. */
function logarithmOf(
  traced: Traced,
  node: ReportNode,
  x: ReportNode,
  target: ReportNode,
): ComparedPair | null {
  const found = { node, target, byHand: true };
  if (node.op === "logSoftmax") {
    const { dim } = attributesOf(traced, node.id);
    const classes = typeof dim === "number" ? dim : null;
    return { ...found, kind: "class-logits", prediction: x, dim: classes };
  }
  if (node.op === "logSigmoid")
    return { ...found, kind: "binary-logits", prediction: without(traced, x, "neg"), dim: null };
  if (node.op !== "log" || target.requiresGrad) return null;
  return { ...found, kind: "probabilities", prediction: without(traced, x), dim: null };
}

/** What a logarithm is taken of, without what keeps it from 0, and without the 1 of 1 − p. */
function without(traced: Traced, node: ReportNode, also = ""): ReportNode {
  if (node.op === "clamp" || node.op === also) return traced.nodes[node.inputs[0] ?? -1] ?? node;
  if (node.op !== "add" && node.op !== "sub") return node;
  const sides = sidesOf(traced, node);
  if (sides === null || numberOf(sides.fixed) === null) return node;
  return without(traced, sides.moving);
}
