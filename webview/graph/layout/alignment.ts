/** Vertical alignment of Brandes and Köpf: nodes that are connected through their medians form blocks that stand straight. */
import type { RowGraph, SideEdges } from "./row-graph";

/** Blocks of nodes with one place each. */
export interface Blocks {
  /** The block of each node, named by one of its nodes. */
  readonly root: Int32Array;
  /** Distance of each node's centre from its block's place, so that the ends of edges stand over each other. */
  readonly shift: Float64Array;
}

/** Edges that must not be aligned because they cross the way of a long edge; 1 by index of the edge. */
export type Conflicts = Uint8Array;

/**
 * Blocks of a graph: each node is aligned with its median neighbour in the row before it, from left to right, unless edges
 * that are aligned would cross. Rows come from top to bottom, or, with `isUp`, the other way round.
 */
export function alignNodes(graph: RowGraph, conflicts: Conflicts, isUp: boolean, isRight: boolean): Blocks {
  const { rows, count, place } = graph;
  const root = Int32Array.from({ length: count }, (_, i) => i);
  const align = root.slice();
  const shift = new Float64Array(count);
  const side = isUp ? graph.below : graph.above;
  for (let r = 0; r < rows.length; r += 1) {
    const row = rows[isUp ? rows.length - 1 - r : r] ?? [];
    let last = isRight ? Number.POSITIVE_INFINITY : -1;
    for (let i = 0; i < row.length; i += 1) {
      const node = row[isRight ? row.length - 1 - i : i] ?? 0;
      const edges = strongEdges(side, node, graph.isWeak);
      if (edges.length === 0) continue;
      const middle = (edges.length - 1) / 2;
      const medians = [Math.floor(middle), Math.ceil(middle)];
      if (isRight) medians.reverse();
      for (const at of medians) {
        const edge = edges[at] ?? 0;
        const other = (isUp ? graph.to[edge] : graph.from[edge]) ?? 0;
        const at2 = place[other] ?? 0;
        if (align[node] !== node || conflicts[edge] || (isRight ? last <= at2 : last >= at2)) continue;
        const sign = isUp ? -1 : 1;
        const offset = (graph.fromOffset[edge] ?? 0) - (graph.toOffset[edge] ?? 0);
        align[other] = node;
        root[node] = root[other] ?? other;
        align[node] = root[node] ?? node;
        shift[node] = (shift[other] ?? 0) + sign * offset;
        last = at2;
      }
    }
  }
  return { root, shift };
}

function strongEdges({ start, edges }: SideEdges, node: number, isWeak: Uint8Array): number[] {
  const strong: number[] = [];
  for (let at = start[node] ?? 0; at < (start[node + 1] ?? 0); at += 1)
    if (isWeak[edges[at] ?? 0] !== 1) strong.push(edges[at] ?? 0);
  return strong;
}

/** Edges that cross an edge between two bends: such edges stay straight, whatever crosses them. */
export function findConflicts({ rows, place, isBend, below, from, to }: RowGraph): Conflicts {
  const conflicts = new Uint8Array(from.length);
  for (const row of rows) {
    // From left to right: how far right edges between bends reach among what was passed, and the same from the other side.
    const edges: number[] = [];
    for (const node of row)
      for (let at = below.start[node] ?? 0; at < (below.start[node + 1] ?? 0); at += 1)
        edges.push(below.edges[at] ?? 0);
    const isInner = (edge: number) => isBend[from[edge] ?? 0] === 1 && isBend[to[edge] ?? 0] === 1;
    if (!edges.some(isInner)) continue;
    markCrossing(edges, isInner, from, to, place, conflicts);
    markCrossing(edges.reverse(), isInner, from, to, place, conflicts);
  }
  return conflicts;
}

/** Marks edges that are met after an inner edge but end on its other side. */
function markCrossing(
  edges: readonly number[],
  isInner: (edge: number) => boolean,
  from: Int32Array,
  to: Int32Array,
  place: Float64Array,
  conflicts: Conflicts,
) {
  const sign = (place[from[edges[0] ?? 0] ?? 0] ?? 0) <= (place[from[edges.at(-1) ?? 0] ?? 0] ?? 0) ? 1 : -1;
  let reach = Number.NEGATIVE_INFINITY;
  let pending = reach;
  let source = -1;
  for (const edge of edges) {
    if (from[edge] !== source) {
      reach = Math.max(reach, pending);
      source = from[edge] ?? 0;
    }
    const end = sign * (place[to[edge] ?? 0] ?? 0);
    if (isInner(edge)) pending = Math.max(pending, end);
    else if (end < reach) conflicts[edge] = 1;
  }
}
