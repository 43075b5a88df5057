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
/** Steps for a direction, as places of the ladder: 4^−5 … 4^−8, few because each costs two evaluations in full. */
const STEPS = LADDER.slice(4, 8);
const SAFETY = 6;

/**
 * Compares directional derivatives; where one is wrong, halves the set of elements until the wrong element is found.
 * The directions have components ± scale, so an error of one element shows undiminished.
 * @param looks how many other elements are then looked at, to tell a single error from a common one
 */
export async function compareDirections(
  evaluation: Evaluation,
  analytic: ArrayLike<number>,
  noise: number,
  tolerances: Tolerances,
  pace: Pace,
  seed: number,
  looks = 0,
): Promise<Compared> {
  const x = evaluation.x;
  const scale = scaleOf(x);
  const random = new RandomGenerator(seed);
  const numeric = new Float64Array(x.size).fill(Number.NaN);
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
    const index = await bisect(x.size, whole, gap, pace);
    if (index === null) break;
    const others = Array.from({ length: looks }, () => Math.floor(random.uniform() * x.size));
    const indices = [...new Set([index, ...others])];
    pairs += LADDER.length;
    const refined: Element[] = [];
    // One at a time: with a large tensor, the ladder of a single element fills the memory that is spared for it.
    for (const i of indices) {
      if (refined.length > 0 && !(await pace.turn("looking at other elements", 1))) break;
      const [samples] = sample(evaluation, x, scale, [i], noise);
      if (samples) refined.push(judge(i, analytic[i] as number, samples, tolerances));
    }
    for (const element of refined) numeric[element.index] = element.numeric;
    const found = refined.filter(({ outcome }) => outcome !== "ok");
    return { numeric, checked, refined: found, step: refined[0]?.step ?? whole.step, pairs };
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

/** Follows the gap into halves: one pair of evaluations a half, the other half's gap is what remains. */
async function bisect(
  size: number,
  { gap: whole, step }: Gap,
  gapOf: (from: number, to: number, steps: readonly number[]) => Gap,
  pace: Pace,
): Promise<number | null> {
  let from = 0;
  let to = size;
  let gap = whole;
  while (to - from > 1) {
    const fraction = 1 - Math.log2(to - from) / Math.log2(size);
    if (!(await pace.turn("searching the wrong element", fraction))) return null;
    const middle = (from + to) >> 1;
    const { gap: left } = gapOf(from, middle, [step]);
    if (Math.abs(left) > Math.abs(gap - left)) {
      to = middle;
      gap = left;
    } else {
      from = middle;
      gap -= left;
    }
  }
  return from;
}
