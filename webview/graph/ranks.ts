/** The row of every node: the longest path from a leaf, with leaves pulled down to the row above their first consumer. */

export interface Edges {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Neighbours of each node as slices of one array: those of i are `list[start[i]] … list[start[i + 1] - 1]`. */
export interface Neighbours {
  readonly start: Int32Array;
  readonly list: Int32Array;
}

/** The targets of each node's edges (or the sources, when `from` and `to` are exchanged), in the order of the edges. */
export function neighbours(count: number, from: Int32Array, to: Int32Array): Neighbours {
  const start = new Int32Array(count + 1);
  for (const source of from) start[source + 1] = (start[source + 1] ?? 0) + 1;
  for (let i = 0; i < count; i += 1) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0);
  const next = start.slice();
  const list = new Int32Array(from.length);
  for (let e = 0; e < from.length; e += 1) {
    const source = from[e] ?? 0;
    list[next[source] ?? 0] = to[e] ?? 0;
    next[source] = (next[source] ?? 0) + 1;
  }
  return { start, list };
}

/** Row of each node, from 0. Every edge leads to a greater row; edges of a cycle, which a tape cannot have, are ignored. */
export function assignRanks(count: number, { from, to }: Edges): Int32Array {
  const { start, list } = neighbours(count, from, to);
  const waiting = new Int32Array(count);
  for (const target of to) waiting[target] = (waiting[target] ?? 0) + 1;
  const isLeaf = Array.from(waiting, (inputs) => inputs === 0);
  const ranks = new Int32Array(count);
  const queue: number[] = [];
  for (let i = 0; i < count; i += 1) if (isLeaf[i]) queue.push(i);
  for (let head = 0; head < queue.length; head += 1) {
    const node = queue[head] ?? 0;
    for (let at = start[node] ?? 0; at < (start[node + 1] ?? 0); at += 1) {
      const target = list[at] ?? 0;
      ranks[target] = Math.max(ranks[target] ?? 0, (ranks[node] ?? 0) + 1);
      waiting[target] = (waiting[target] ?? 0) - 1;
      if (waiting[target] === 0) queue.push(target);
    }
  }
  for (let i = 0; i < count; i += 1) {
    if (!isLeaf[i]) continue;
    let nearest = Number.POSITIVE_INFINITY;
    for (let at = start[i] ?? 0; at < (start[i + 1] ?? 0); at += 1)
      nearest = Math.min(nearest, ranks[list[at] ?? 0] ?? 0);
    if (Number.isFinite(nearest)) ranks[i] = Math.max(0, nearest - 1);
  }
  return ranks;
}
