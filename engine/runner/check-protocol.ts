/** The part of the contract that asks how to check, and for the numbers behind a check. */
import { RequestType } from "vscode-jsonrpc";
import type { CheckMethod, Failure } from "../report/report";

/** How to check; what is left out has the defaults of `CheckOptions` in engine/check. */
export interface CheckSettings {
  readonly rtol?: number;
  readonly atol?: number;
  readonly limit?: number;
  readonly seed?: number;
  readonly method?: CheckMethod;
  /** Wall clock of a check in milliseconds; what was not compared by then is said. Default 60,000. */
  readonly budgetMs?: number;
  /** Also checks the gradient of the gradient. */
  readonly secondOrder?: boolean;
}

/** The budget of a check that was given none. */
export const DEFAULT_BUDGET_MS = 60_000;
/** How long after its budget a check may take to come back: an operation that runs then is not interrupted. */
export const BUDGET_GRACE_MS = 5_000;

/** A row of a check; `nth` counts the rows of the same name before it. */
export interface CheckedRow {
  readonly target: string;
  readonly parameter: string;
  readonly nth: number;
}

/** Flat element range; an answer holds 65,536 elements at most. */
export interface CheckDetailsParams extends CheckedRow {
  readonly start: number;
  readonly count: number;
}

/** Both gradients by element; differences are NaN where no single element was compared. */
export type CheckDetailsResult =
  | { readonly analytic: Float64Array; readonly numeric: Float64Array; readonly shape: readonly number[] }
  | { readonly failure: Failure };

export interface CheckCurveParams extends CheckedRow {
  /** Flat index of the element. */
  readonly index: number;
}

/** Central differences over their step, and the step with which the check decided. */
export type CheckCurveResult =
  | {
      readonly steps: Float64Array;
      readonly numeric: Float64Array;
      readonly analytic: number;
      readonly chosen: number;
    }
  | { readonly failure: Failure };

/** The numbers behind a row of a check; a row that the last check did not have is checked again. Cancelled as a check. */
export const checkDetailsRequest = new RequestType<CheckDetailsParams, CheckDetailsResult, void>(
  "checkDetails",
);
export const checkCurveRequest = new RequestType<CheckCurveParams, CheckCurveResult, void>("checkCurve");
