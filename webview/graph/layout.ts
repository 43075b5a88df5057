/** A layered drawing of a graph: rows from top to bottom in the direction of the computation. Pure, iterative, repeatable. */
import { type Chained, chainEdges } from "./chains";
import { orderRows } from "./order";
import { placeRows } from "./place";
import { assignRanks, type Edges } from "./ranks";

/** Boxes by size and edges by index. Plain arrays of numbers, so that it can be sent to a worker. */
export interface LayoutInput extends Edges {
  readonly widths: Float64Array;
  readonly heights: Float64Array;
}

export interface Layout {
  /** Centres of the boxes; the drawing spans 0 … width and 0 … height. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: number;
  readonly height: number;
  /** Bends of edge e: pairs x, y from `routes[2 * routeStart[e]]` to `routes[2 * routeStart[e + 1]]`. */
  readonly routeStart: Int32Array;
  readonly routes: Float64Array;
  /** 1 for an edge that starts at its first bend instead of its box. */
  readonly isBranch: Uint8Array;
}

const gapX = 26;
/** Height between the boxes of neighbouring rows. */
export const gapY = 44;
const bendWidth = 14;

export function layoutGraph(input: LayoutInput): Layout {
  const count = input.widths.length;
  const ranks = assignRanks(count, input);
  const chained = chainEdges(count, input, ranks);
  const isLarge = chained.total > 4000;
  const rows = orderRows(chained.total, chained.edges, chained.ranks, isLarge ? 4 : 12);
  const half = new Float64Array(chained.total).fill(bendWidth / 2);
  for (let i = 0; i < count; i += 1) half[i] = ((input.widths[i] ?? 0) + gapX) / 2;
  const x = placeRows(rows, chained.edges, half, weightsOf(chained, count), isLarge ? 8 : 24);
  const rowY = rowCentres(rows, input.heights);
  const y = Float64Array.from(chained.ranks, (rank) => rowY.centres[rank] ?? 0);
  const width = shiftToZero(x, half);
  const routes = new Float64Array(2 * chained.bends.length);
  chained.bends.forEach((bend, i) => {
    routes[2 * i] = x[bend] ?? 0;
    routes[2 * i + 1] = y[bend] ?? 0;
  });
  return {
    x: x.slice(0, count),
    y: y.slice(0, count),
    width,
    height: rowY.height,
    routeStart: chained.bendStart,
    routes,
    isBranch: chained.isBranch,
  };
}

/** Long edges weigh most and leaves least, so that the main path runs straight and parameters stand beside it. */
function weightsOf({ edges, total }: Chained, count: number): Float64Array {
  const weights = new Float64Array(total).fill(0.01);
  for (const to of edges.to) weights[to] = to < count ? 1 : 4;
  return weights;
}

function rowCentres(rows: readonly number[][], heights: Float64Array) {
  let top = 0;
  const centres = rows.map((row) => {
    const tallest = row.reduce((most, node) => Math.max(most, heights[node] ?? 0), 0);
    const centre = top + tallest / 2;
    top += tallest + gapY;
    return centre;
  });
  return { centres, height: Math.max(0, top - gapY) };
}

/** Moves everything so that the leftmost edge is 0; gives the width. */
function shiftToZero(x: Float64Array, half: Float64Array): number {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  x.forEach((centre, i) => {
    left = Math.min(left, centre - (half[i] ?? 0));
    right = Math.max(right, centre + (half[i] ?? 0));
  });
  if (left > right) return 0;
  x.forEach((centre, i) => {
    x[i] = centre - left;
  });
  return right - left;
}
