/** Softmaxes of a run with what comes before them: scores, their scale, and the masks laid upon them. */
import { lazily } from "../lazily";
import { isView, type Operations, operationsOf, scaledBy } from "./operations";
import { carriesGradient } from "./wires";

/** A mask where it is used. */
export interface MaskUse {
  readonly node: number;
  readonly mask: number;
  /** Filled where the mask is true or where it is false, added, or multiplied. */
  readonly how: "fill" | "keep" | "add" | "multiply";
}

/** A factor of the scores that is a number. */
interface ScoreFactor {
  readonly node: number;
  readonly factor: number;
}

export interface Scores {
  /** The softmax, or the operation that is an attention as a whole. */
  readonly node: number;
  /** The dimension along which the weights sum to 1, from the end: -1. */
  readonly dim: number;
  /** The product of queries and keys; null where the scores are something else. */
  readonly product: { readonly node: number; readonly query: number; readonly key: number } | null;
  readonly factors: readonly ScoreFactor[];
  /** Whether something else bounds or scales the scores: a learned temperature, a norm, a tanh. */
  readonly isTempered: boolean;
  /** The last one first. */
  readonly masks: readonly MaskUse[];
}

export const scoresOf = lazily((traced): readonly Scores[] => {
  const operations = operationsOf(traced);
  const carries = carriesGradient(traced);
  const found: Scores[] = [];
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0) continue;
    const op = operations.op(node);
    if (op === "softmax") found.push(softmaxOf(operations, node));
    else if (op === "scaledDotProductAttention") found.push(wholeOf(operations, node));
  }
  return found;
});

function softmaxOf(operations: Operations, node: number): Scores {
  const [input = -1] = operations.inputs(node);
  const dim = Number(operations.attribute(node, "dim") ?? -1) - operations.shape(node).length;
  const walk = new ScoreWalk(operations);
  const end = walk.follow(input);
  const product = end === null ? null : walk.productAt(end);
  return { node, dim, product, factors: walk.factors, isTempered: walk.isTempered, masks: walk.masks };
}

function wholeOf(operations: Operations, node: number): Scores {
  const [query = -1, key = -1, , mask] = operations.inputs(node);
  const factor = Number(operations.attribute(node, "scale") ?? 1);
  const walk = new ScoreWalk(operations);
  walk.operand(query);
  walk.operand(key);
  const how = mask !== undefined && operations.isBoolean(mask) ? "keep" : "add";
  return {
    node,
    dim: -1,
    product: { node, query, key },
    factors: [{ node, factor }, ...walk.factors],
    isTempered: walk.isTempered,
    masks: mask === undefined ? [] : [{ node, mask, how }],
  };
}

const bounds: ReadonlySet<string> = new Set(["tanh", "clamp", "hardtanh", "softsign"]);
const norms = /Norm$|^standardize$|^norm$/;

/** Goes from a softmax back to the product of its scores, and notes what it passes. */
class ScoreWalk {
  readonly factors: ScoreFactor[] = [];
  readonly masks: MaskUse[] = [];
  isTempered = false;

  constructor(private readonly operations: Operations) {}

  /** The node where the scores begin; null where several values are joined. */
  follow(from: number): number | null {
    let id: number | null = from;
    while (id !== null) {
      const next = this.#step(id);
      if (next === id) return id;
      id = next;
    }
    return null;
  }

  /** The node before this one; itself where the scores begin here. */
  #step(id: number): number | null {
    const { operations } = this;
    const op = operations.op(id);
    const [x = -1, y = -1, z = -1] = operations.inputs(id);
    if (isView(operations, id)) return x;
    if (bounds.has(op)) {
      this.isTempered = true;
      return x;
    }
    const scaled = scaledBy(operations, id);
    if (scaled !== null) {
      this.factors.push({ node: id, factor: scaled.factor });
      return scaled.input;
    }
    if (op === "maskedFill") return this.#mask({ node: id, mask: y, how: "fill" }, x);
    if (op === "where") {
      return operations.isLearned(y)
        ? this.#mask({ node: id, mask: x, how: "keep" }, y)
        : this.#mask({ node: id, mask: x, how: "fill" }, z);
    }
    if (op === "tril" || op === "triu") return this.#mask({ node: id, mask: id, how: "multiply" }, x);
    return this.#joined(id, op, [x, y]);
  }

  #joined(id: number, op: string, [x, y]: readonly [number, number]): number | null {
    const { operations } = this;
    if (!["add", "sub", "mul", "div"].includes(op)) return id;
    const how = op === "add" || op === "sub" ? "add" : "multiply";
    if (!operations.isLearned(y)) return this.#mask({ node: id, mask: y, how }, x);
    if (!operations.isLearned(x))
      return op === "sub" || op === "div" ? null : this.#mask({ node: id, mask: x, how }, y);
    // A bias of the positions, or the largest score that is taken off.
    if (how === "add") return operations.isWeight(y) || /^amax|^max/.test(operations.op(y)) ? x : null;
    this.isTempered = true;
    return operations.isWeight(x) ? y : x;
  }

  #mask(use: MaskUse, next: number): number {
    this.masks.push(use);
    return next;
  }

  /** The product of two activations. */
  productAt(node: number): Scores["product"] {
    const { operations } = this;
    const op = operations.op(node);
    const [query = -1, key = -1, ...others] = operations.inputs(node);
    if ((op !== "matmul" && op !== "einsum") || others.length > 0) return null;
    const isActivation = (id: number) => operations.isLearned(id) && !operations.isWeight(id);
    if (!isActivation(query) || !isActivation(key)) return null;
    this.operand(query);
    this.operand(key);
    return { node, query, key };
  }

  /** Notes what scales a query or a key behind its projection. */
  operand(from: number): void {
    const { operations } = this;
    for (let id = from; operations.op(id) !== ""; ) {
      const op = operations.op(id);
      const [x = -1, y = -1] = operations.inputs(id);
      const scaled = scaledBy(operations, id);
      if (
        norms.test(op) ||
        ((op === "mul" || op === "div") && operations.isLearned(x) && operations.isLearned(y))
      )
        this.isTempered = true;
      if (scaled !== null && Math.abs(scaled.factor) !== 1)
        this.factors.push({ node: id, factor: scaled.factor });
      if (scaled === null && !isView(operations, id) && !/^(narrow|select|mul|add|sub|cat|stack)$/.test(op))
        return;
      id = scaled?.input ?? (operations.isLearned(x) ? x : y);
    }
  }
}
