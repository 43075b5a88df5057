/** How the error of a difference depends on its step: large steps cut off, small ones drown in rounding. */
import { scaleOf } from "../judging/judge";
import type { Evaluation } from "./variants";

/** One point of the curve. */
export interface CurvePoint {
  /** The step, as it was added to the element. */
  readonly step: number;
  readonly numeric: number;
  /** Distance to the gradient of the backward pass. */
  readonly error: number;
}

export interface ErrorCurve {
  readonly analytic: number;
  readonly points: readonly CurvePoint[];
}

/** Half a decade from step to step, from 1e-1 to 1e-13 times the size of the element. */
const STEPS: readonly number[] = Array.from({ length: 25 }, (_, k) => 10 ** (-1 - k / 2));

/** Central differences of one element, by its flat index, for steps of all sizes. */
export function curveOf(evaluation: Evaluation, analytic: number, index: number): ErrorCurve {
  const { x } = evaluation;
  const value = x.data[index] as number;
  const scale = scaleOf(x)(index);
  const sides = STEPS.flatMap((step) => [value + step * scale, value - step * scale]);
  const at = new Int32Array(sides.length).fill(index);
  const data = Float64Array.from(sides);
  const losses = evaluation.losses({ kind: "sparse", each: 1, index: at, data }, sides.length);
  const points = STEPS.map((_, k): CurvePoint => {
    const width = (sides[2 * k] as number) - (sides[2 * k + 1] as number);
    const numeric = ((losses[2 * k] as number) - (losses[2 * k + 1] as number)) / width;
    return { step: width / 2, numeric, error: Math.abs(numeric - analytic) };
  });
  return { analytic, points };
}
