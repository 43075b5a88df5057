/** Large tensors: the gradient along random directions, then a search for the element that is wrong. */
import { RandomGenerator } from "../random";
import type { Tensor } from "../tensor";
import { centralDerivative, type Estimate, LADDER } from "./difference";
import type { Compared } from "./elements";
import { type Element, judge, sample, scaleOf, type Tolerances } from "./judge";
import type { Pace } from "./pace";
import type { Evaluation } from "./variants";

/** Directions compared: a single wrong element escapes none of them, because no component is near 0. */
const DIRECTIONS = 2;
/** Steps for a direction, as places of the ladder: 4^−5 … 4^−9, few because each costs two evaluations in full. */
const STEPS = LADDER.slice(4, 9);
const SAFETY = 6;

export interface Searched extends Compared {
  /** Pairs of evaluations that were needed. */
  readonly pairs: number;
}

/**
 * Compares directional derivatives; where one is wrong, halves the set of elements until the wrong element is found.
 * The directions have components ± scale, so an error of one element shows undiminished.
 */
export async function compareDirections(
  evaluation: Evaluation,
  analytic: ArrayLike<number>,
  noise: number,
  tolerances: Tolerances,
  pace: Pace,
  seed: number,
): Promise<Searched> {
  const x = evaluation.x;
  const scale = scaleOf(x);
  const random = new RandomGenerator(seed);
  const numeric = new Float64Array(0);
  let pairs = 0;
  let checked = 0;
  for (let d = 0; d < DIRECTIONS; d++) {
    if (!(await pace.turn("random directions", d / DIRECTIONS))) break;
    const direction = Float64Array.from(
      { length: x.size },
      (_, i) => (random.uniform() < 0.5 ? -1 : 1) * scale(i),
    );
    const gap = (from: number, to: number, steps: readonly number[]) => {
      pairs += steps.length;
      return gapAlong(evaluation, x, direction, from, to, analytic, noise, steps);
    };
    const whole = gap(0, x.size, STEPS);
    checked++;
    if (Math.abs(whole.gap) <= whole.margin + tolerances.atol) continue;
    const index = await bisect(x.size, whole.step, gap, pace);
    if (index === null) break;
    const [samples] = sample(evaluation, x, scale, [index], noise);
    pairs += LADDER.length;
    const element = samples ? judge(index, analytic[index] as number, samples, tolerances) : null;
    if (element === null) break;
    const refined: Element[] = [element.outcome === "ok" ? { ...element, outcome: "undecided" } : element];
    return { numeric, checked, refined, step: element.step, pairs };
  }
  return { numeric, checked, refined: [], step: (STEPS[0] as number) * scale(0), pairs };
}

interface Gap {
  /** Difference between the analytic and the numeric directional derivative. */
  readonly gap: number;
  readonly margin: number;
  readonly step: number;
}

/** The gap along the part of the direction from one element to another. */
function gapAlong(
  evaluation: Evaluation,
  x: Tensor,
  direction: Float64Array,
  from: number,
  to: number,
  analytic: ArrayLike<number>,
  noise: number,
  steps: readonly number[],
): Gap {
  let expected = 0;
  let size = 0;
  for (let i = from; i < to; i++) {
    const part = (analytic[i] as number) * (direction[i] as number);
    expected += part;
    size += part * part;
  }
  const sides = steps.map((h) => [h, -h].map((t) => lossAlong(evaluation, x, direction, from, to, t)));
  const plus = sides.map(([value]) => value as number);
  const minus = sides.map(([, value]) => value as number);
  const middle = evaluation.middle;
  const { value, error, step }: Estimate =
    steps.length > 1
      ? centralDerivative({ steps, plus, minus, middle, noise })
      : {
          value: ((plus[0] as number) - (minus[0] as number)) / (2 * (steps[0] as number)),
          error: noise / (steps[0] as number),
          step: steps[0] as number,
        };
  // Adding many products rounds too; its error grows with the root of their squares.
  const margin =
    SAFETY * error + 1e-6 * Math.max(Math.abs(expected), Math.abs(value)) + 1e-12 * Math.sqrt(size);
  return { gap: expected - value, margin, step };
}

function lossAlong(
  evaluation: Evaluation,
  x: Tensor,
  direction: Float64Array,
  from: number,
  to: number,
  t: number,
): number {
  const data = Float64Array.from(x.data);
  for (let i = from; i < to; i++) data[i] = (data[i] as number) + t * (direction[i] as number);
  return evaluation.losses({ kind: "dense", data }, 1)[0] as number;
}

/** Follows the larger gap, one pair of evaluations a half. */
async function bisect(
  size: number,
  step: number,
  gap: (from: number, to: number, steps: readonly number[]) => Gap,
  pace: Pace,
): Promise<number | null> {
  let from = 0;
  let to = size;
  while (to - from > 1) {
    if (!(await pace.turn("searching the wrong element", 1 - Math.log2(to - from) / Math.log2(size))))
      return null;
    const middle = (from + to) >> 1;
    const whole = Math.abs(gap(from, to, [step]).gap);
    const left = Math.abs(gap(from, middle, [step]).gap);
    if (left > whole / 2) to = middle;
    else from = middle;
  }
  return from;
}
