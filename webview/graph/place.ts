/** Horizontal places within ordered rows: as near to the neighbours as the widths allow, without overlap. */
import { type Edges, type Neighbours, neighbours } from "./ranks";

/** Half the width that each node takes, gaps included. */
export type HalfWidths = Float64Array;

/**
 * The centre of every node. Rows keep their order; neighbours in a row stand at least their half widths apart. The heavier
 * a node, the less it gives way, and the more it draws its neighbours.
 */
export function placeRows(
  rows: readonly number[][],
  edges: Edges,
  half: HalfWidths,
  weights: Float64Array,
  sweeps: number,
): Float64Array {
  const total = half.length;
  const below = neighbours(total, edges.from, edges.to);
  const above = neighbours(total, edges.to, edges.from);
  const x = new Float64Array(total);
  for (const row of rows) packRow(row, half, x);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isDown = sweep % 2 === 0;
    const order = isDown ? rows : rows.toReversed();
    const isLast = sweep >= sweeps - 2;
    for (const row of order) {
      const wanted = row.map((node) =>
        meanPlace(node, isLast ? [above, below] : [isDown ? above : below], weights, x),
      );
      settleRow(row, wanted, half, weights, x);
    }
  }
  return x;
}

/** Side by side, centred on 0. */
function packRow(row: readonly number[], half: HalfWidths, x: Float64Array) {
  const width = row.reduce((sum, node) => sum + 2 * (half[node] ?? 0), 0);
  let at = -width / 2;
  for (const node of row) {
    x[node] = at + (half[node] ?? 0);
    at += 2 * (half[node] ?? 0);
  }
}

function meanPlace(
  node: number,
  sides: readonly Neighbours[],
  weights: Float64Array,
  x: Float64Array,
): number {
  let sum = 0;
  let weight = 0;
  for (const { start, list } of sides)
    for (let at = start[node] ?? 0; at < (start[node + 1] ?? 0); at += 1) {
      const neighbour = list[at] ?? 0;
      sum += (x[neighbour] ?? 0) * (weights[neighbour] ?? 1);
      weight += weights[neighbour] ?? 1;
    }
  return weight > 0 ? sum / weight : (x[node] ?? 0);
}

interface Block {
  first: number;
  weight: number;
  /** Weighted mean of the wanted places, each less its offset within the row. */
  mean: number;
}

/**
 * The places nearest to the wanted ones (weighted least squares) that keep order and distances: with offsets taken off, this
 * is monotone regression, solved by merging neighbours that would overlap (pool adjacent violators).
 */
function settleRow(
  row: readonly number[],
  wanted: readonly number[],
  half: HalfWidths,
  weights: Float64Array,
  x: Float64Array,
) {
  const offsets = new Float64Array(row.length);
  for (let i = 1; i < row.length; i += 1)
    offsets[i] = (offsets[i - 1] ?? 0) + (half[row[i - 1] ?? 0] ?? 0) + (half[row[i] ?? 0] ?? 0);
  const blocks: Block[] = [];
  row.forEach((node, i) => {
    let block: Block = { first: i, weight: weights[node] ?? 1, mean: (wanted[i] ?? 0) - (offsets[i] ?? 0) };
    for (let last = blocks.at(-1); last && last.mean > block.mean; last = blocks.at(-1)) {
      blocks.pop();
      const weight = last.weight + block.weight;
      block = {
        first: last.first,
        weight,
        mean: (last.mean * last.weight + block.mean * block.weight) / weight,
      };
    }
    blocks.push(block);
  });
  blocks.forEach((block, b) => {
    const end = blocks[b + 1]?.first ?? row.length;
    for (let i = block.first; i < end; i += 1) x[row[i] ?? 0] = block.mean + (offsets[i] ?? 0);
  });
}
