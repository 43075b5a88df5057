/** The order of nodes within each row: sweeps that move every node to the mean place of its neighbours. */
import { type Edges, type Neighbours, neighbours } from "./neighbours";

/**
 * Rows of node numbers, from left to right. The same graph always gives the same order: ties keep the order of numbers
 * and of the sweep before.
 */
export function orderRows(total: number, edges: Edges, ranks: Int32Array, sweeps: number): number[][] {
  const below = neighbours(total, edges.from, edges.to);
  const above = neighbours(total, edges.to, edges.from);
  const rows = firstRows(total, below, above, ranks);
  const place = new Float64Array(total);
  for (const row of rows) number(row, place);
  let best = rows.map((row) => row.slice());
  let fewest = countCrossings(rows, below, place);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep += 1) {
    const isDown = sweep % 2 === 0;
    const order = isDown ? rows.keys() : Array.from(rows.keys()).reverse();
    for (const index of order) sortRow(rows[index] ?? [], isDown ? above : below, place);
    const crossings = countCrossings(rows, below, place);
    if (crossings < fewest) {
      fewest = crossings;
      best = rows.map((row) => row.slice());
    }
  }
  return best;
}

/** Nodes as a walk from the last rows upwards meets them, depth first, so that what belongs together stands together. */
function firstRows(total: number, below: Neighbours, above: Neighbours, ranks: Int32Array): number[][] {
  const depth = ranks.reduce((most, rank) => Math.max(most, rank + 1), 0);
  const rows: number[][] = Array.from({ length: depth }, () => []);
  const isSeen = new Uint8Array(total);
  const stack: number[] = [];
  for (let node = total - 1; node >= 0; node -= 1)
    if (below.start[node] === below.start[node + 1]) stack.push(node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (isSeen[node]) continue;
    isSeen[node] = 1;
    rows[ranks[node] ?? 0]?.push(node);
    for (let at = (above.start[node + 1] ?? 0) - 1; at >= (above.start[node] ?? 0); at -= 1)
      stack.push(above.list[at] ?? 0);
  }
  return rows;
}

function number(row: readonly number[], place: Float64Array) {
  row.forEach((node, index) => {
    place[node] = index;
  });
}

function sortRow(row: number[], { start, list }: Neighbours, place: Float64Array) {
  const wanted = new Map<number, number>();
  for (const node of row) {
    const [first, last] = [start[node] ?? 0, start[node + 1] ?? 0];
    let sum = 0;
    for (let at = first; at < last; at += 1) sum += place[list[at] ?? 0] ?? 0;
    wanted.set(node, last > first ? sum / (last - first) : (place[node] ?? 0));
  }
  row.sort(
    (a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (place[a] ?? 0) - (place[b] ?? 0) || a - b,
  );
  number(row, place);
}

/** Pairs of edges between neighbouring rows that cross: inversions, counted with a tree of partial sums. */
export function countCrossings(
  rows: readonly number[][],
  { start, list }: Neighbours,
  place: Float64Array,
): number {
  let crossings = 0;
  rows.forEach((row, index) => {
    const width = rows[index + 1]?.length ?? 0;
    const tree = new Int32Array(width + 1);
    let added = 0;
    for (const node of row) {
      const targets = Array.from(
        list.subarray(start[node] ?? 0, start[node + 1] ?? 0),
        (to) => place[to] ?? 0,
      );
      for (const target of targets) crossings += added - sumUpTo(tree, target + 1);
      for (const target of targets) {
        for (let at = target + 1; at <= width; at += at & -at) tree[at] = (tree[at] ?? 0) + 1;
        added += 1;
      }
    }
  });
  return crossings;
}

function sumUpTo(tree: Int32Array, end: number): number {
  let sum = 0;
  for (let at = end; at > 0; at -= at & -at) sum += tree[at] ?? 0;
  return sum;
}
