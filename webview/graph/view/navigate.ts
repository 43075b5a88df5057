/** Where an arrow key leads from a box: up to an input, down to a consumer, sideways within the row. */
import type { BoxEdge } from "../model/boxes";

export type Direction = "up" | "down" | "left" | "right";

interface Places {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** The box that the key leads to; the same one where there is none. */
export function step(from: number, direction: Direction, edges: readonly BoxEdge[], places: Places): number {
  if (direction === "left" || direction === "right") return sideways(from, direction, places);
  const next = edges.flatMap((edge) => {
    if (direction === "up") return edge.to === from ? [edge.from] : [];
    return edge.from === from ? [edge.to] : [];
  });
  // The way on is the computation; parameters and data stand beside it, where the other two arrows lead.
  const computed = next.filter((box) => edges.some(({ to }) => to === box));
  return nearest(computed.length > 0 ? computed : next, from, places) ?? from;
}

/** The next box in the row, or what is nearest at that side, such as in a frame beside. */
function sideways(from: number, direction: "left" | "right", { x, y }: Places): number {
  const sign = direction === "right" ? 1 : -1;
  const along = (i: number) => ((x[i] ?? 0) - (x[from] ?? 0)) * sign;
  const across = (i: number) => Math.abs((y[i] ?? 0) - (y[from] ?? 0));
  const beside = Array.from(x.keys()).filter((i) => along(i) > 0 && across(i) <= along(i));
  const row = beside.filter((i) => across(i) === 0);
  return nearest(row.length > 0 ? row : beside, from, { x, y }) ?? from;
}

function nearest(candidates: readonly number[], from: number, { x, y }: Places): number | undefined {
  const distance = (i: number) =>
    Math.abs((x[i] ?? 0) - (x[from] ?? 0)) + Math.abs((y[i] ?? 0) - (y[from] ?? 0));
  return candidates.toSorted((a, b) => distance(a) - distance(b) || a - b)[0];
}
