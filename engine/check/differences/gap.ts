/** The derivative along a direction by both ways, and how far they may differ. */
import type { Look, Tolerances } from "../judging/judge";

/** Up to which both agree, relative to the larger. */
export const AGREEMENT = 1e-6;
const SAFETY = 6;

/** What is compared, and with what. */
export interface Comparing extends Look {
  /** The gradient of the backward pass. */
  readonly analytic: ArrayLike<number>;
  readonly tolerances: Tolerances;
}

/** The derivative along a direction, or a part of it, by both ways. */
export interface Gap {
  readonly analytic: number;
  readonly numeric: number;
  /** Up to which both may differ. */
  readonly margin: number;
  readonly step: number;
}

/** A part of a direction, from one element to another. */
export interface Line {
  readonly direction: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** Both derivatives along a line; null when the work should stop. */
export async function gapAlong(comparing: Comparing, line: Line, step: number): Promise<Gap | null> {
  const { analytic: gradient, noise, pace, tolerances } = comparing;
  let analytic = 0;
  let squares = 0;
  for (let i = line.from; i < line.to; i++) {
    const part = (gradient[i] as number) * (line.direction[i] as number);
    analytic += part;
    squares += part * part;
  }
  if (!(await pace.turn())) return null;
  const plus = lossAlong(comparing, line, step);
  if (!(await pace.turn())) return null;
  const numeric = (plus - lossAlong(comparing, line, -step)) / (2 * step);
  // Adding many products rounds too; its error grows with the root of their squares.
  const rounding = AGREEMENT * Math.max(Math.abs(analytic), Math.abs(numeric)) + 1e-12 * Math.sqrt(squares);
  return { analytic, numeric, margin: SAFETY * (noise / step) + rounding + tolerances.atol, step };
}

function lossAlong({ evaluation }: Look, { direction, from, to }: Line, t: number): number {
  const data = Float64Array.from(evaluation.x.data);
  for (let i = from; i < to; i++) data[i] = (data[i] as number) + t * (direction[i] as number);
  return evaluation.losses({ kind: "dense", data }, 1)[0] as number;
}
