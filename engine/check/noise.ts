/** How exactly the loss is computed: the noise of rounding, on which every tolerance of the check rests. */
import { RandomGenerator } from "../random";
import type { Evaluation } from "./variants";

const POINTS = 12;
/** Distances of the points, relative to the values; the wider ones where the loss stands still over the narrower. */
const WIDTHS = [1e-12, 1e-10, 1e-8, 1e-6, 1e-4];

/**
 * Standard deviation of the rounding noise in the loss, from third differences along a short line through the
 * recorded point (R. W. Hamming's difference table; Moré and Wild, "Estimating computational noise", 2011).
 */
export function noiseOf(evaluation: Evaluation, seed = 1): number {
  const { x } = evaluation;
  const random = new RandomGenerator(seed);
  const direction = Float64Array.from(
    x.data,
    (v) => (random.uniform() < 0.5 ? -1 : 1) * (Math.abs(v) || 1e-3),
  );
  let noise = Number.MIN_VALUE;
  for (const width of WIDTHS) {
    const losses = lossesAlong(evaluation, direction, width);
    const size = Math.max(...losses.map(Math.abs));
    noise = Math.max(noise, spreadOf(losses), (Number.EPSILON / 4) * size);
    // A loss that is rounded coarsely, as in single precision, moves in steps that a narrow line does not show.
    if (new Set(losses).size > POINTS / 2) break;
  }
  return noise;
}

function lossesAlong(evaluation: Evaluation, direction: Float64Array, width: number): number[] {
  const { x } = evaluation;
  const data = new Float64Array(POINTS * x.size);
  for (let k = 0; k < POINTS; k++) {
    for (let i = 0; i < x.size; i++) {
      data[k * x.size + i] = (x.data[i] as number) + width * (k - POINTS / 2) * (direction[i] as number);
    }
  }
  return Array.from(evaluation.losses({ kind: "dense", data }, POINTS));
}

function spreadOf(losses: readonly number[]): number {
  let differences = losses;
  for (let order = 0; order < 3; order++) {
    const before = differences;
    differences = before.slice(1).map((v, i) => v - (before[i] as number));
  }
  const squares = differences.reduce((sum, d) => sum + d * d, 0) / differences.length;
  // Third differences of independent noise have 1 + 9 + 9 + 1 = 20 times its variance.
  return Math.sqrt(squares / 20);
}
