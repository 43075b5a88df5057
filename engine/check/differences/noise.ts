/** How exactly the loss is computed: the noise of rounding, on which every tolerance of the check rests. */
import { RandomGenerator } from "../../core/random";
import { type Pace, Pieces } from "./pace";
import type { Evaluation } from "./variants";

const POINTS = 12;
/** Distances of the points, relative to the values; the wider ones where the loss stands still. */
const WIDTHS = [1e-12, 1e-10, 1e-8];
/** Up to the rounding of float32, which would be a kink nearby in a loss that is computed in float64. */
const COARSE_WIDTHS = [...WIDTHS, 1e-7, 1e-6];

/**
 * Standard deviation of the rounding noise in the loss, from third differences along a short line through the
 * recorded point (R. W. Hamming's difference table; Moré and Wild, "Estimating computational noise", 2011).
 * When the work should stop, what the points until then tell.
 */
export async function noiseOf(evaluation: Evaluation, pace: Pace, seed = 1): Promise<number> {
  const { x } = evaluation;
  const random = new RandomGenerator(seed);
  // Zeros stay where they are, when there is something else: many functions are singular there.
  const zero = x.data.some((v) => v !== 0) ? 0 : 1e-3;
  const direction = Float64Array.from(x.data);
  for (let i = 0; i < direction.length; i++) {
    const v = direction[i] as number;
    direction[i] = (random.uniform() < 0.5 ? -1 : 1) * (Number.isFinite(v) ? Math.abs(v) || zero : 0);
  }
  let noise = Number.MIN_VALUE;
  for (const width of evaluation.isCoarse ? COARSE_WIDTHS : WIDTHS) {
    // At the end of a domain the loss is defined to one side only.
    const all = await lossesAlong(evaluation, direction, width, pace);
    const losses = all.filter((loss) => Number.isFinite(loss));
    const size = Math.max(0, ...losses.map(Math.abs));
    noise = Math.max(noise, spreadOf(losses, width === WIDTHS[0]), (Number.EPSILON / 4) * size);
    // A loss that is rounded coarsely, as in single precision, moves in steps that a narrow line does not show.
    if (new Set(losses).size > POINTS / 2 || pace.isOver) break;
  }
  return noise;
}

async function lossesAlong(
  evaluation: Evaluation,
  direction: Float64Array,
  width: number,
  pace: Pace,
): Promise<number[]> {
  const { x, chunk } = evaluation;
  const losses: number[] = [];
  const pieces = new Pieces(pace, chunk);
  while (losses.length < POINTS && (losses.length === 0 || (await pace.turn("measuring the noise", 0)))) {
    const count = Math.min(pieces.next(), POINTS - losses.length);
    const data = new Float64Array(count * x.size);
    const [middle, size] = [x.data, x.size];
    for (let k = 0; k < count; k++) {
      const t = width * (losses.length + k - POINTS / 2);
      for (let i = 0; i < size; i++) {
        data[k * size + i] = (middle[i] as number) + t * (direction[i] as number);
      }
    }
    losses.push(...evaluation.losses({ kind: "dense", data }, count));
  }
  return losses;
}

/** The root of the mean square on the narrowest line; on wider ones the median, since kinks may lie there. */
function spreadOf(losses: readonly number[], isNarrow: boolean): number {
  if (losses.length < 4) return 0;
  let differences = losses;
  for (let order = 0; order < 3; order++) {
    const before = differences;
    differences = before.slice(1).map((v, i) => v - (before[i] as number));
  }
  const squares = differences.map((d) => d * d).sort((a, b) => a - b);
  const mean = squares.reduce((sum, d) => sum + d, 0) / squares.length;
  // Third differences of independent noise have 1 + 9 + 9 + 1 = 20 times its variance.
  return Math.sqrt((isNarrow ? mean : (squares[squares.length >> 1] as number)) / 20);
}
