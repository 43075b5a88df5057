/** How the error of a difference depends on its step: large steps cut off, small ones drown in rounding. */
import { ModelError } from "../../core/error";
import type { Run } from "../../tracing/run";
import { scaleOf } from "../judging/judge";
import { findSubjects } from "../judging/target";
import { downstreamOf } from "./batch";
import { replay } from "./replay";
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

/**
 * Central differences of one element (by its flat index) of the tensor at `path`, for steps of all sizes.
 * @throws ModelError when there is no such tensor or element, or the loss does not depend on it
 */
export function errorCurve(run: Run, path: string, index: number): ErrorCurve {
  const [subject] = findSubjects(run, { kind: "path", path });
  const again = run.loss === null ? null : replay(run.loss);
  const slot = subject === undefined ? undefined : again?.slotOf(subject.tensor);
  if (again === null || slot === undefined) throw new ModelError(`the loss does not depend on ${path}`);
  const evaluation = downstreamOf(again, slot);
  const { size } = evaluation.x;
  if (!(index >= 0 && index < size))
    throw new ModelError(`${path} has ${size} elements, found index ${index}`);
  return curveOf(evaluation, again.gradients[slot]?.data[index] ?? 0, index);
}

/** The same where a check has been: of one element that exists. */
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
