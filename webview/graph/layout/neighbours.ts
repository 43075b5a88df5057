/** Edges by index, and the neighbours of each node. */

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
  const { start, edges } = edgesByEnd(count, from);
  return { start, list: edges.map((edge) => to[edge] ?? 0) };
}

/** The edges of each node, by their index, in their order: those of i are `edges[start[i]] … edges[start[i + 1] - 1]`. */
export function edgesByEnd(count: number, ends: Int32Array): { start: Int32Array; edges: Int32Array } {
  const start = new Int32Array(count + 1);
  for (const end of ends) start[end + 1] = (start[end + 1] ?? 0) + 1;
  for (let i = 0; i < count; i += 1) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0);
  const next = start.slice();
  const edges = new Int32Array(ends.length);
  for (let e = 0; e < ends.length; e += 1) {
    const end = ends[e] ?? 0;
    edges[next[end] ?? 0] = e;
    next[end] = (next[end] ?? 0) + 1;
  }
  return { start, edges };
}
