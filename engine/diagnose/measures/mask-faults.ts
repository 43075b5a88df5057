/** Masks of attention that do not hide what they are to hide. */
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { type MaskUse, type Scores, scoresOf } from "./attention";
import { hiddenBy, hiddenByAny, hidesQueries, leakOf, shapeOfScores, sightOf } from "./hidden-scores";
import { isView, type Operations, operationsOf } from "./operations";

export interface MaskFault {
  readonly kind: "leak" | "unnormalised" | "sees-next" | "sees-not-itself" | "inverted" | "queries";
  readonly scores: Scores;
  readonly use: MaskUse;
  /** Largest share of a query's weights that goes where the mask hides. */
  readonly leak: number;
  /** Offset of the last key that a query sees, from its own place. */
  readonly offset: number;
}

/** A weight below it is rounding, or a score that lies far below the others. */
const MIN_LEAK = 1e-3;
/** A shorter sequence does not show the form of its mask. */
const MIN_LENGTH = 4;

/** At most one for each attention. */
export const maskFaultsOf = lazily((traced): readonly MaskFault[] =>
  scoresOf(traced).flatMap((scores) => {
    if (scores.dim !== -1) return [];
    const found = faultBefore(traced, scores) ?? faultBehind(traced, scores);
    return found === null ? [] : [found];
  }),
);

interface Hidden {
  readonly use: MaskUse;
  readonly hidden: Uint8Array;
}

function faultBefore(traced: Traced, scores: Scores): MaskFault | null {
  const found = scores.masks.flatMap((use): Hidden[] => {
    const hidden = hiddenBy(traced, scores, use);
    return hidden?.includes(1) ? [{ use, hidden }] : [];
  });
  const all = hiddenByAny(found.map(({ hidden }) => hidden));
  const [last] = found;
  if (all === null || last === undefined) return null;
  const columns = shapeOfScores(traced, scores).at(-1) ?? 1;
  const leaking = leakingOf(traced, scores, found, columns);
  if (leaking !== null) return leaking;
  if (scores.product === null) return null;
  if (hidesQueries(all, columns)) return { kind: "queries", scores, use: last.use, leak: 1, offset: 0 };
  return wrongForm(traced, scores, found, all);
}

/** A mask whose hidden scores still get weight. */
function leakingOf(
  traced: Traced,
  scores: Scores,
  found: readonly Hidden[],
  columns: number,
): MaskFault | null {
  const isWhole = scores.product?.node === scores.node;
  const weights = isWhole ? null : traced.values(scores.node, "value");
  if (weights === null) return null;
  for (const { use, hidden } of found) {
    const leak = leakOf(weights, hidden, columns);
    if (leak > MIN_LEAK && !isHiddenElsewhere(found, use, hidden))
      return { kind: "leak", scores, use, leak, offset: 0 };
  }
  return null;
}

/** A row that all masks together hide gives its weight to anything. */
function isHiddenElsewhere(found: readonly Hidden[], use: MaskUse, hidden: Uint8Array): boolean {
  const others = found.filter((each) => each.use !== use).map((each) => each.hidden);
  return hidden.every((own, i) => own === 0 || others.some((each) => each[i] === 1));
}

/** A triangle that is one place off, or the other one. */
function wrongForm(
  traced: Traced,
  scores: Scores,
  found: readonly Hidden[],
  all: Uint8Array,
): MaskFault | null {
  const [rows = 1, columns = 1] = shapeOfScores(traced, scores).slice(-2);
  if (rows !== columns || rows < MIN_LENGTH) return null;
  const { first, last, next } = sightOf(all, rows);
  const triangle = found.find(({ hidden }) => isTriangle(hidden, rows)) ?? found[0];
  if (triangle === undefined) return null;
  const fault = { scores, use: triangle.use, leak: 1, offset: last };
  if (last === 1 && next >= rows - 2 && -first >= 2) return { ...fault, kind: "sees-next" };
  if (last === -1) return { ...fault, kind: "sees-not-itself" };
  return first >= 0 && last > 1 ? { ...fault, kind: "inverted" } : null;
}

function isTriangle(hidden: Uint8Array, size: number): boolean {
  const { first, last } = sightOf(hidden, size);
  return last <= 1 || first >= 0;
}

/** A mask behind the softmax: the weights that are left do not sum to 1. */
function faultBehind(traced: Traced, scores: Scores): MaskFault | null {
  const weights = traced.values(scores.node, "value");
  if (scores.product === null || scores.product.node === scores.node || weights === null) return null;
  const use = maskBehind(operationsOf(traced), scores.node);
  const hidden = use && hiddenBy(traced, scores, use);
  if (use === null || hidden === null) return null;
  const leak = leakOf(weights, hidden, shapeOfScores(traced, scores).at(-1) ?? 1);
  return leak > MIN_LEAK ? { kind: "unnormalised", scores, use, leak, offset: 0 } : null;
}

/** The mask that is laid upon the weights before anything else is made of them. */
function maskBehind(operations: Operations, softmax: number): MaskUse | null {
  let id = softmax;
  for (let users = operations.users(id); users.length === 1; users = operations.users(id)) {
    const [user = -1] = users;
    const use = maskUseAt(operations, user, id);
    if (use !== null) return isNormalisedAgain(operations, user) ? null : use;
    if (!isView(operations, user) && operations.op(user) !== "dropout") return null;
    id = user;
  }
  return null;
}

function maskUseAt(operations: Operations, node: number, weights: number): MaskUse | null {
  const [x = -1, y = -1, z = -1] = operations.inputs(node);
  const op = operations.op(node);
  const mask = x === weights ? y : x;
  if (op === "mul" && !operations.isLearned(mask)) return { node, mask, how: "multiply" };
  if (op === "tril" || op === "triu") return { node, mask: node, how: "multiply" };
  if (op === "maskedFill" && Number(operations.attribute(node, "value")) === 0)
    return { node, mask: y, how: "fill" };
  if (op !== "where") return null;
  if (y === weights && operations.number(z) === 0) return { node, mask: x, how: "keep" };
  return z === weights && operations.number(y) === 0 ? { node, mask: x, how: "fill" } : null;
}

function isNormalisedAgain(operations: Operations, node: number): boolean {
  return operations.users(node).some((user) => /^(sum|div|norm|add)$/.test(operations.op(user)));
}
