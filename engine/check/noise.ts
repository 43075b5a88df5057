/** How exactly the loss is computed: the noise of rounding, on which every tolerance of the check rests. */
import { RandomGenerator } from "../random";
import type { Evaluation } from "./variants";

const POINTS = 12;

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
  const data = new Float64Array(POINTS * x.size);
  for (let k = 0; k < POINTS; k++) {
    for (let i = 0; i < x.size; i++) {
      data[k * x.size + i] = (x.data[i] as number) + 1e-12 * (k - POINTS / 2) * (direction[i] as number);
    }
  }
  let losses = Array.from(evaluation.losses({ kind: "dense", data }, POINTS));
  const size = Math.max(...losses.map(Math.abs));
  for (let order = 0; order < 3; order++) {
    losses = losses.slice(1).map((v, i) => v - (losses[i] as number));
  }
  const squares = losses.reduce((sum, d) => sum + d * d, 0) / losses.length;
  // Third differences of independent noise have 1 + 9 + 9 + 1 = 20 times its variance.
  return Math.max(Math.sqrt(squares / 20), (Number.EPSILON / 4) * size, Number.MIN_VALUE);
}
