/** Statistics of a tensor's elements, in two passes. */
import type { Values } from "../core/dtype";
import type { Histogram, Stats } from "./report";

const BINS = 24;

/** min, max, mean, std (population) and Euclidean norm of the finite elements; NaN where there are none. */
export function measure(data: Values): Stats {
  const { min, max, sum, squares, zeros, finite } = firstPass(data);
  const mean = sum / finite;
  const scale = Math.max(Math.abs(min), Math.abs(max));
  const { deviations, scaled } = secondPass(data, mean, scale);
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
  };
  return data.length === 1 ? { ...stats, item: data[0] as number } : stats;
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

function secondPass(data: Values, mean: number, scale: number) {
  let deviations = 0;
  let scaled = 0;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (v - v !== 0) continue;
    const d = v - mean;
    deviations += d * d;
    const s = v / scale;
    scaled += s * s;
  }
  return { deviations, scaled };
}

/** How the finite elements are spread over bins of equal width. */
export function histogramOf(data: Values): Histogram {
  const { min, max, finite } = firstPass(data);
  if (finite === 0) return { low: 0, high: 0, counts: [] };
  const spread = max - min;
  // A single value, or a range whose width overflows, has no bins worth drawing.
  const hasBins = spread > 0 && Number.isFinite(BINS / spread) && Number.isFinite(spread);
  if (!hasBins) return { low: min, high: max, counts: [finite] };
  const counts = new Array<number>(BINS).fill(0);
  const perBin = BINS / spread;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (v - v !== 0) continue;
    const bin = Math.min(BINS - 1, Math.floor((v - min) * perBin));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { low: min, high: max, counts };
}
