/** The numbers behind a gradient check, as they come to a panel. */

/** A row of the checks; `nth` counts rows of the same name before it. */
export interface CheckedRow {
  readonly target: string;
  readonly parameter: string;
  readonly nth: number;
}

/** Elements of a row in flat order; a difference is NaN where none was taken for that element alone. */
export interface CheckDetails {
  readonly analytic: Float64Array;
  readonly numeric: Float64Array;
  readonly shape: readonly number[];
}

/** Differences of one element over their step, and the step of the check. */
export interface CheckCurve {
  readonly steps: Float64Array;
  readonly numeric: Float64Array;
  readonly analytic: number;
  readonly chosen: number;
}
