/** The differences with which every element is looked at first. */
import type { CheckMethod } from "../../report/report";
import type { Evaluation } from "./variants";

/** Derivatives of some elements, each with its own step, and how much the slopes of both sides differ. */
interface Slopes {
  readonly central: Float64Array;
  readonly bend: Float64Array;
}

interface Method {
  /** Evaluations an element. */
  readonly points: number;
  /** Smallest first step, relative to the scale of an element: small, for few kinks and little truncation. */
  readonly smallest: number;
  slopes(evaluation: Evaluation, elements: ArrayLike<number>, step: (i: number) => number): Slopes;
}

/** The compiler asks for new ones. */
export const methods: Readonly<Record<CheckMethod, Method>> = {
  central: { points: 2, smallest: 5e-5, slopes: centralSlopes },
  forward: { points: 1, smallest: 1e-8, slopes: forwardSlopes },
  "five-point": { points: 4, smallest: 1e-3, slopes: fivePointSlopes },
  // A bend without limit leaves every element in doubt: all are extrapolated from several steps.
  richardson: {
    points: 2,
    smallest: 5e-5,
    slopes: (evaluation, elements, step) => ({
      central: centralSlopes(evaluation, elements, step).central,
      bend: new Float64Array(elements.length).fill(Infinity),
    }),
  },
};

/** (f(x + h) − f(x − h)) / 2h */
export function centralSlopes(
  evaluation: Evaluation,
  elements: ArrayLike<number>,
  step: (i: number) => number,
): Slopes {
  const { losses, data } = lossesAround(evaluation, elements, [1, -1], step);
  const { middle } = evaluation;
  const central = new Float64Array(elements.length);
  const bend = new Float64Array(elements.length);
  for (let n = 0; n < elements.length; n++) {
    const width = (data[2 * n] as number) - (data[2 * n + 1] as number);
    const [plus, minus] = [losses[2 * n] as number, losses[2 * n + 1] as number];
    central[n] = (plus - minus) / width;
    bend[n] = Math.abs(plus + minus - 2 * middle) / (width / 2);
  }
  return { central, bend };
}

/** (f(x + h) − f(x)) / h: half the work, and blind to the other side. */
function forwardSlopes(
  evaluation: Evaluation,
  elements: ArrayLike<number>,
  step: (i: number) => number,
): Slopes {
  const { losses, data } = lossesAround(evaluation, elements, [1], step);
  const { x, middle } = evaluation;
  const central = losses.map(
    (loss, n) => (loss - middle) / ((data[n] as number) - (x.data[elements[n] as number] as number)),
  );
  return { central, bend: new Float64Array(elements.length) };
}

/** (−f(x + 2h) + 8 f(x + h) − 8 f(x − h) + f(x − 2h)) / 12h */
function fivePointSlopes(
  evaluation: Evaluation,
  elements: ArrayLike<number>,
  step: (i: number) => number,
): Slopes {
  const { losses } = lossesAround(evaluation, elements, [2, 1, -1, -2], step);
  const { middle } = evaluation;
  const central = new Float64Array(elements.length);
  const bend = new Float64Array(elements.length);
  for (let n = 0; n < elements.length; n++) {
    const [far, plus, minus, back] = losses.subarray(4 * n, 4 * n + 4) as unknown as number[];
    const h = step(elements[n] as number);
    central[n] =
      (8 * ((plus as number) - (minus as number)) - ((far as number) - (back as number))) / (12 * h);
    bend[n] = Math.abs((plus as number) + (minus as number) - 2 * middle) / h;
  }
  return { central, bend };
}

/** The loss with each element moved by multiples of its step, and what the element became. */
function lossesAround(
  evaluation: Evaluation,
  elements: ArrayLike<number>,
  multiples: readonly number[],
  step: (i: number) => number,
) {
  const each = multiples.length;
  const count = each * elements.length;
  const index = new Int32Array(count);
  const data = new Float64Array(count);
  const values = evaluation.x.data;
  for (let n = 0; n < elements.length; n++) {
    const i = elements[n] as number;
    const value = values[i] as number;
    const h = step(i);
    for (let k = 0; k < each; k++) {
      index[each * n + k] = i;
      data[each * n + k] = value + (multiples[k] as number) * h;
    }
  }
  return { losses: evaluation.losses({ kind: "sparse", each: 1, index, data }, count), data };
}
