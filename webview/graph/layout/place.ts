/**
 * Horizontal places within ordered rows, after Brandes and Köpf, "Fast and simple horizontal coordinate assignment" (2001):
 * four alignments, each as narrow as it can be, and for every node the mean of the two middle places.
 */
import { alignNodes, type Blocks, findConflicts } from "./alignment";
import type { RowGraph } from "./row-graph";

/** The centre of every node. Rows keep their order; neighbours in a row stand at least their half widths apart. */
export function placeNodes(graph: RowGraph): Float64Array {
  const conflicts = findConflicts(graph);
  const all: Float64Array[] = [];
  for (const isUp of [false, true])
    for (const isRight of [false, true])
      all.push(compact(graph, alignNodes(graph, conflicts, isUp, isRight), isRight));
  alignToNarrowest(all, graph.half);
  const four = [0, 0, 0, 0];
  return Float64Array.from({ length: graph.count }, (_, node) => {
    for (let i = 0; i < 4; i += 1) four[i] = all[i]?.[node] ?? 0;
    four.sort((a, b) => a - b);
    return ((four[1] ?? 0) + (four[2] ?? 0)) / 2;
  });
}

/** Places of blocks as far to the left as they can be, or to the right; then gaps inside are closed as far as they can be. */
function compact(graph: RowGraph, blocks: Blocks, isRight: boolean): Float64Array {
  const { count } = graph;
  const links = blockLinks(graph, blocks);
  const order = blockOrder(count, blocks.root, links);
  const x = new Float64Array(count);
  const near = isRight ? links.after : links.before;
  const far = isRight ? links.before : links.after;
  const sign = isRight ? -1 : 1;
  const inward = isRight ? order.toReversed() : order;
  for (const block of inward) x[block] = sign * reachOf(near, block, x, sign, 0);
  for (const block of inward.toReversed()) {
    const least = reachOf(far, block, x, -sign, Number.NEGATIVE_INFINITY);
    if (least !== Number.NEGATIVE_INFINITY && sign * (x[block] ?? 0) < -least) x[block] = -sign * least;
  }
  return x.map((_, node) => (x[blocks.root[node] ?? node] ?? 0) + (blocks.shift[node] ?? 0));
}

/** How far a block must stand from those at one side of it, measured in the direction `sign`. */
function reachOf(links: Links, block: number, x: Float64Array, sign: number, least: number): number {
  let reach = least;
  for (let at = links.start[block] ?? 0; at < (links.start[block + 1] ?? 0); at += 1)
    reach = Math.max(reach, sign * (x[links.other[at] ?? 0] ?? 0) + (links.distance[at] ?? 0));
  return reach;
}

/** For each block those next to it at one side, and how far they must stand apart. */
interface Links {
  readonly start: Int32Array;
  readonly other: Int32Array;
  readonly distance: Float64Array;
}

function blockLinks({ rows, half, count }: RowGraph, { root, shift }: Blocks) {
  const left: number[] = [];
  const right: number[] = [];
  const distance: number[] = [];
  for (const row of rows)
    for (let i = 1; i < row.length; i += 1) {
      const [a, b] = [row[i - 1] ?? 0, row[i] ?? 0];
      left.push(root[a] ?? a);
      right.push(root[b] ?? b);
      distance.push((half[a] ?? 0) + (half[b] ?? 0) + (shift[a] ?? 0) - (shift[b] ?? 0));
    }
  return { before: linksOf(count, right, left, distance), after: linksOf(count, left, right, distance) };
}

function linksOf(
  count: number,
  blocks: readonly number[],
  others: readonly number[],
  distances: readonly number[],
): Links {
  const start = new Int32Array(count + 1);
  for (const block of blocks) start[block + 1] = (start[block + 1] ?? 0) + 1;
  for (let i = 0; i < count; i += 1) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0);
  const next = start.slice();
  const other = new Int32Array(blocks.length);
  const distance = new Float64Array(blocks.length);
  blocks.forEach((block, i) => {
    const at = next[block] ?? 0;
    next[block] = at + 1;
    other[at] = others[i] ?? 0;
    distance[at] = distances[i] ?? 0;
  });
  return { start, other, distance };
}

/** Blocks from left to right, each after those that stand to its left. */
function blockOrder(
  count: number,
  root: Int32Array,
  { before, after }: ReturnType<typeof blockLinks>,
): number[] {
  const waiting = new Int32Array(count);
  const order: number[] = [];
  for (let node = 0; node < count; node += 1) {
    waiting[node] = (before.start[node + 1] ?? 0) - (before.start[node] ?? 0);
    if (root[node] === node && waiting[node] === 0) order.push(node);
  }
  for (let head = 0; head < order.length; head += 1) {
    const block = order[head] ?? 0;
    for (let at = after.start[block] ?? 0; at < (after.start[block + 1] ?? 0); at += 1) {
      const other = after.other[at] ?? 0;
      waiting[other] = (waiting[other] ?? 0) - 1;
      if (waiting[other] === 0) order.push(other);
    }
  }
  return order;
}

/** Moves those aligned to the left to the narrowest one's left end, those aligned to the right to its right end. */
function alignToNarrowest(all: readonly Float64Array[], half: Float64Array) {
  const ends = all.map((x) => {
    let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    x.forEach((centre, i) => {
      left = Math.min(left, centre - (half[i] ?? 0));
      right = Math.max(right, centre + (half[i] ?? 0));
    });
    return { left, right };
  });
  const narrowest = ends.reduce((a, b) => (b.right - b.left < a.right - a.left ? b : a));
  all.forEach((x, i) => {
    const { left, right } = ends[i] ?? narrowest;
    const by = i % 2 === 0 ? narrowest.left - left : narrowest.right - right;
    if (by !== 0) for (let node = 0; node < x.length; node += 1) x[node] = (x[node] ?? 0) + by;
  });
}
