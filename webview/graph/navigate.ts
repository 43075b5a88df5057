/** Where an arrow key leads from a box: up to an input, down to a consumer, sideways within the row. */
import type { BoxEdge } from "./collapse";

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

function sideways(from: number, direction: "left" | "right", { x, y }: Places): number {
  const sign = direction === "right" ? 1 : -1;
  const row = Array.from(x.keys()).filter(
    (i) => y[i] === y[from] && ((x[i] ?? 0) - (x[from] ?? 0)) * sign > 0,
  );
  return nearest(row, from, { x, y }) ?? from;
}

function nearest(candidates: readonly number[], from: number, { x, y }: Places): number | undefined {
  const distance = (i: number) =>
    Math.abs((x[i] ?? 0) - (x[from] ?? 0)) + Math.abs((y[i] ?? 0) - (y[from] ?? 0));
  return candidates.toSorted((a, b) => distance(a) - distance(b) || a - b)[0];
}
