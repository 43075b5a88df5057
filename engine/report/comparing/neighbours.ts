/** Links what stands between the same neighbours: leaves of the same operation, and an operation in place of another one. */

import type { Matching } from "./matching";
import type { Side } from "./side";

/** A tensor that more operations use says little about the place of one of them. */
const MOST_CONSUMERS = 16;
/** A neighbour on one side, in the same layer and of the same rank, at least. */
const ENOUGH = 2.75;
/** A row of replaced operations is found one after the other; no text has longer ones. */
const ROUNDS = 8;

export function linkByNeighbours(nodes: Matching, left: Side, right: Side): void {
  linkLeaves(nodes, left, right);
  for (let round = 0; round < ROUNDS; round++) if (!linkReplaced(nodes, left, right)) break;
  linkLeaves(nodes, left, right);
}

/** Leaves that are the same input of the same operation: data, and weights that were renamed. */
function linkLeaves(nodes: Matching, left: Side, right: Side): void {
  const [a, b] = [left.outline, right.outline];
  for (let node = 0; node < a.count; node++) {
    const other = nodes.toB[node] ?? -1;
    if (other === -1) continue;
    const isSame = a.ops[node] === b.ops[other];
    const theirs = b.inputs[other] ?? [];
    a.inputs[node]?.forEach((input, i) => {
      const its = theirs[i] ?? -1;
      const [x, y] = [a.kinds[input], b.kinds[its]];
      if (its === -1 || x === "operation" || y === "operation") return;
      const isWeight = x === "parameter" || y === "parameter";
      if (isWeight ? isSame && x === y && a.ranks[input] === b.ranks[its] : true) nodes.link(input, its);
    });
  }
}

interface Candidate {
  readonly a: number;
  readonly b: number;
  readonly score: number;
}

/** Operations that have no partner between neighbours that have one; those first that most speaks for. */
function linkReplaced(nodes: Matching, left: Side, right: Side): boolean {
  const found: Candidate[] = [];
  for (let b = 0; b < right.outline.count; b++) {
    if (nodes.hasB(b) || right.outline.kinds[b] !== "operation") continue;
    for (const a of candidatesFor(nodes, left, right, b)) {
      const score = likeness(nodes, left, right, a, b);
      if (score >= ENOUGH) found.push({ a, b, score });
    }
  }
  found.sort((x, y) => y.score - x.score || x.b - y.b || x.a - y.a);
  let isNew = false;
  for (const { a, b } of found) isNew = nodes.link(a, b) || isNew;
  return isNew;
}

/** Operations of A without a partner that read what `b` reads, or whose result is read where that of `b` is. */
function candidatesFor(nodes: Matching, left: Side, right: Side, b: number): Set<number> {
  const [inA, inB] = [left.outline, right.outline];
  const found = new Set<number>();
  const offer = (a: number | undefined) => {
    if (a !== undefined && !nodes.hasA(a) && inA.kinds[a] === "operation") found.add(a);
  };
  for (const input of inB.inputs[b] ?? []) {
    const its = nodes.toA[input] ?? -1;
    if (its !== -1) few(inA.consumers[its]).forEach(offer);
  }
  for (const consumer of few(inB.consumers[b])) {
    const its = nodes.toA[consumer] ?? -1;
    if (its === -1) continue;
    inB.inputs[consumer]?.forEach((x, i) => {
      if (x === b) offer(inA.inputs[its]?.[i]);
    });
  }
  if (b === inB.loss) offer(inA.loss ?? undefined);
  return found;
}

function few(list: readonly number[] | undefined): readonly number[] {
  return list === undefined || list.length > MOST_CONSUMERS ? [] : list;
}

function likeness(nodes: Matching, left: Side, right: Side, a: number, b: number): number {
  const [inA, inB] = [left.outline, right.outline];
  const reads = inB.inputs[b]?.some((input) => {
    const its = nodes.toA[input] ?? -1;
    return its !== -1 && inA.inputs[a]?.includes(its);
  });
  const isRead =
    few(inB.consumers[b]).some((consumer) => few(inA.consumers[a]).includes(nodes.toA[consumer] ?? -1)) ||
    (a === inA.loss && b === inB.loss);
  const layer = left.layers[inA.scopes[a] ?? 0] === right.layers[inB.scopes[b] ?? 0];
  const place = left.places[a] === right.places[b] && left.places[a] !== -1;
  const name = inA.names[a] !== null && inA.names[a] === inB.names[b];
  return (
    (reads ? 2 : 0) +
    (isRead ? 2 : 0) +
    (name ? 1 : 0) +
    (place || inA.ops[a] === inB.ops[b] ? 1 : 0) +
    (layer ? 0.5 : -2) +
    (inA.inputs[a]?.length === inB.inputs[b]?.length ? 0 : -1) +
    (inA.ranks[a] === inB.ranks[b] ? 0.25 : 0)
  );
}
