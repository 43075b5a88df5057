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
  /** True when the target's elements say which elements of the prediction count, along `dim`. */
  readonly picks: boolean;
}

/** What an operation's result meets on its way to the loss: a factor for each element, or indices along a dimension. */
export interface Partner {
  readonly node: ReportNode;
  /** Null for a factor. */
  readonly dim: number | null;
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

/** @param partner what may be the target, if the operation itself has none */
export function comparedIn(traced: Traced, node: ReportNode, partner: Partner | null): ComparedPair | null {
  const [x, y] = node.inputs.map((id) => traced.nodes[id]);
  if (x === undefined) return null;
  const kind = losses[node.op];
  if (kind !== undefined) {
    // One dimension of classes, after that of the items.
    const classes = kind === "class-logits" || node.op === "nllLoss" ? (x.shape.length > 1 ? 1 : 0) : null;
    return {
      node,
      kind,
      prediction: x,
      target: y ?? null,
      dim: classes,
      byHand: false,
      picks: node.op === "nllLoss",
    };
  }
  if (node.op === "square" || isSquare(traced, node)) return differenceOf(traced, x, "squares");
  if (node.op === "abs") return differenceOf(traced, x, "distances");
  const picked = node.op === "log" ? pickedIn(traced, node, without(traced, x)) : null;
  if (picked !== null) return picked;
  return partner === null ? null : logarithmOf(traced, node, x, partner);
}

/** Probabilities of what is right, chosen by their indices or by ones in a target of zeros, with or without what keeps them from 0. */
function pickedIn(traced: Traced, node: ReportNode, picked: ReportNode): ComparedPair | null {
  const chosen = arrangedFrom(traced, picked);
  const found = { node, kind: "probabilities" as const, byHand: true };
  if (chosen.op === "gather") {
    const [prediction, target] = chosen.inputs.map((id) => traced.nodes[id]);
    if (prediction === undefined || target === undefined) return null;
    return { ...found, prediction, target, dim: gatherDimOf(traced, chosen), picks: true };
  }
  const product = chosen.op === "sum" ? traced.nodes[chosen.inputs[0] ?? -1] : undefined;
  const sides = product?.op === "mul" ? sidesOf(traced, product) : null;
  if (sides === null || !isOnesInZeros(sides.fixed)) return null;
  return { ...found, prediction: sides.moving, target: sides.fixed, dim: null, picks: false };
}

/** Numbers from 0 to 1 whose squares sum to what they themselves sum to are all 0 or 1. */
function isOnesInZeros({ value }: ReportNode): boolean {
  const { min, max, mean, norm, size } = value;
  return min === 0 && max === 1 && Math.abs(norm ** 2 - mean * size) < 1e-6 * size;
}

/** The dimension along which `gather` picks. */
export function gatherDimOf(traced: Traced, gather: ReportNode): number | null {
  const { dim } = attributesOf(traced, gather.id);
  return typeof dim === "number" ? dim : null;
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
  return { node: difference, kind, prediction, target, dim: null, byHand: true, picks: false };
}

/** y · log p, in one of its forms. */
function logarithmOf(traced: Traced, node: ReportNode, x: ReportNode, partner: Partner): ComparedPair | null {
  const { node: target, dim } = partner;
  const found = { node, target, dim, byHand: true, picks: dim !== null };
  if (target.requiresGrad) return null;
  if (node.op === "logSoftmax") return { ...found, kind: "class-logits", prediction: x };
  // Of −y log σ(x) − (1 − y) log σ(−x) the first half speaks for both.
  if (node.op === "logSigmoid")
    return x.op === "neg" ? null : { ...found, kind: "binary-logits", prediction: x };
  return node.op === "log" ? { ...found, kind: "probabilities", prediction: without(traced, x) } : null;
}

/** What a logarithm is taken of, without what keeps it from 0, and without the 1 and the sign of 1 − p. */
function without(traced: Traced, node: ReportNode): ReportNode {
  if (node.op === "clamp") return traced.nodes[node.inputs[0] ?? -1] ?? node;
  const shifted = unshifted(traced, node);
  if (shifted !== null) return without(traced, unturned(traced, shifted) ?? shifted);
  const turned = unturned(traced, node);
  const inner = turned === null ? null : unshifted(traced, turned);
  return inner === null ? node : without(traced, inner);
}

/** What a number is added to, or taken away from. */
function unshifted(traced: Traced, node: ReportNode): ReportNode | null {
  const sides = node.op === "add" || node.op === "sub" ? sidesOf(traced, node) : null;
  return sides === null || numberOf(sides.fixed) === null ? null : sides.moving;
}

/** Of what this is the negative. */
function unturned(traced: Traced, node: ReportNode): ReportNode | null {
  if (node.op === "neg") return traced.nodes[node.inputs[0] ?? -1] ?? null;
  const sides = node.op === "mul" || node.op === "div" ? sidesOf(traced, node) : null;
  return sides !== null && numberOf(sides.fixed) === -1 ? sides.moving : null;
}
