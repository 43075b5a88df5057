/** A graph in rows whose edges lead from one row to the next, as the steps of a layout hand it on. */
import { edgesByEnd } from "./neighbours";

/** Edges of each node by index, ordered by the place of what they lead to. */
export interface SideEdges {
  readonly start: Int32Array;
  readonly edges: Int32Array;
}

export interface RowGraph {
  readonly count: number;
  /** Nodes from left to right, rows from top to bottom. */
  readonly rows: readonly (readonly number[])[];
  /** Place of each node within its row. */
  readonly place: Float64Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Where an edge leaves and arrives, from the centre of the node. */
  readonly fromOffset: Float64Array;
  readonly toOffset: Float64Array;
  /** 1 for an edge that nothing is aligned along, because a more important one arrives at the same node. */
  readonly isWeak: Uint8Array;
  /** 1 for a bend of a long edge. */
  readonly isBend: Uint8Array;
  /** Half the width that each node takes, gaps included. */
  readonly half: Float64Array;
  readonly above: SideEdges;
  readonly below: SideEdges;
}

type Parts = Omit<RowGraph, "place" | "above" | "below">;

export function rowGraph(parts: Parts): RowGraph {
  const { rows, count, from, to, fromOffset, toOffset } = parts;
  const place = new Float64Array(count);
  for (const row of rows) for (let i = 0; i < row.length; i += 1) place[row[i] ?? 0] = i;
  return {
    ...parts,
    place,
    above: sideOf(count, to, from, fromOffset, place),
    below: sideOf(count, from, to, toOffset, place),
  };
}

function sideOf(
  count: number,
  ends: Int32Array,
  others: Int32Array,
  offsets: Float64Array,
  place: Float64Array,
): SideEdges {
  const { start, edges } = edgesByEnd(count, ends);
  const order = (a: number, b: number) =>
    (place[others[a] ?? 0] ?? 0) - (place[others[b] ?? 0] ?? 0) ||
    (offsets[a] ?? 0) - (offsets[b] ?? 0) ||
    a - b;
  for (let node = 0; node < count; node += 1) {
    const [first, end] = [start[node] ?? 0, start[node + 1] ?? 0];
    if (end - first > 1) edges.subarray(first, end).sort(order);
  }
  return { start, edges };
}
