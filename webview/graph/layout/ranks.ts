/** The row of every node: the longest path from a leaf, with everything pulled down to its first consumer where there is room. */
import { type Edges, type Neighbours, neighbours } from "./neighbours";

/**
 * Row of each node, from 0. Every edge leads to a greater row; edges of a cycle, which a tape cannot have, are ignored.
 * What is not on a longest path, such as parameters and what is made of them alone, stands right above its first consumer.
 */
export function assignRanks(count: number, { from, to }: Edges): Int32Array {
  const below = neighbours(count, from, to);
  const ranks = new Int32Array(count);
  const order = topologicalOrder(count, to, below);
  for (const node of order)
    forEachNeighbour(below, node, (target) => {
      ranks[target] = Math.max(ranks[target] ?? 0, (ranks[node] ?? 0) + 1);
    });
  for (const node of order.toReversed()) {
    let first = Number.POSITIVE_INFINITY;
    forEachNeighbour(below, node, (target) => {
      first = Math.min(first, ranks[target] ?? 0);
    });
    if (Number.isFinite(first)) ranks[node] = Math.max(ranks[node] ?? 0, first - 1);
  }
  return ranks;
}

function forEachNeighbour({ start, list }: Neighbours, node: number, visit: (neighbour: number) => void) {
  for (let at = start[node] ?? 0; at < (start[node + 1] ?? 0); at += 1) visit(list[at] ?? 0);
}

/** Every node after its inputs; without those on a cycle. */
function topologicalOrder(count: number, to: Int32Array, below: Neighbours): number[] {
  const waiting = new Int32Array(count);
  for (const target of to) waiting[target] = (waiting[target] ?? 0) + 1;
  const order: number[] = [];
  for (let i = 0; i < count; i += 1) if (waiting[i] === 0) order.push(i);
  for (let head = 0; head < order.length; head += 1)
    forEachNeighbour(below, order[head] ?? 0, (target) => {
      waiting[target] = (waiting[target] ?? 0) - 1;
      if (waiting[target] === 0) order.push(target);
    });
  return order;
}
