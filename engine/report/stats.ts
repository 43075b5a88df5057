/** Statistics of a tensor's elements, in two passes. */
import type { Values } from "../core/dtype";
import type { Histogram, Stats } from "./report";

const BINS = 24;

/** min, max, mean, std (population), Euclidean norm and histogram of the finite elements; NaN where there are none. */
export function statsOf({ data }: { readonly data: Values }): Stats {
  const { min, max, sum, squares, zeros, finite } = firstPass(data);
  const mean = sum / finite;
  const scale = Math.max(Math.abs(min), Math.abs(max));
  const { deviations, scaled, counts } = secondPass(data, min, max, mean, scale);
  // Squares of very large or very small values leave the range of doubles; then the scaled sum is used.
  const plain = squares < 1e300 && squares > 1e-280;
  const stats: Stats = {
    size: data.length,
    min: finite > 0 ? min : Number.NaN,
    max: finite > 0 ? max : Number.NaN,
    mean,
    std: Math.sqrt(deviations / finite),
    norm: finite === 0 || scale === 0 ? 0 : plain ? Math.sqrt(squares) : scale * Math.sqrt(scaled),
    zeros,
    nonFinite: data.length - finite,
    histogram: histogram(min, max, counts, finite),
  };
  return data.length === 1 ? { ...stats, item: data[0] as number } : stats;
}

/** Euclidean norm of all elements; NaN or infinite when one of them is. */
export function normOf(data: ArrayLike<number>): number {
  let squares = 0;
  let scale = 0;
  for (let i = 0; i < data.length; i++) {
    const v = Math.abs(data[i] as number);
    squares += v * v;
    if (v > scale || Number.isNaN(v)) scale = v;
  }
  if ((squares > 1e-280 && squares < 1e300) || scale === 0 || !Number.isFinite(scale))
    return Math.sqrt(squares);
  let scaled = 0;
  for (let i = 0; i < data.length; i++) scaled += ((data[i] as number) / scale) ** 2;
  return scale * Math.sqrt(scaled);
}

function firstPass(data: Values) {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let squares = 0;
  let zeros = 0;
  let finite = 0;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (v - v !== 0) continue; // NaN and the infinities
    finite++;
    sum += v;
    squares += v * v;
    if (v === 0) zeros++;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return { min, max, sum, squares, zeros, finite };
}

function secondPass(data: Values, min: number, max: number, mean: number, scale: number) {
  const counts = new Array<number>(BINS).fill(0);
  // Without a range there is one bin only; 0 · ∞ would be no index.
  const perBin = Number.isFinite(BINS / (max - min)) ? BINS / (max - min) : 0;
  let deviations = 0;
  let scaled = 0;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (v - v !== 0) continue;
    const d = v - mean;
    deviations += d * d;
    const s = v / scale;
    scaled += s * s;
    const bin = Math.min(BINS - 1, Math.floor((v - min) * perBin));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { deviations, scaled, counts };
}

function histogram(min: number, max: number, counts: number[], finite: number): Histogram {
  if (finite === 0) return { low: 0, high: 0, counts: [] };
  const spread = max - min;
  // A single value, or a range whose width overflows, has no bins worth drawing.
  return spread > 0 && Number.isFinite(BINS / spread) && Number.isFinite(spread)
    ? { low: min, high: max, counts }
    : { low: min, high: max, counts: [finite] };
}
