/** What a check computed for every element, kept for questions about it afterwards. */
import type { Check } from "../../report/report";
import { giveVerdict, type Undecided } from "../judging/verdict";
import type { Compared } from "./elements";
import type { Evaluation } from "./variants";

export interface Detail {
  readonly evaluation: Evaluation;
  /** Gradient of the backward pass, in row-major order. */
  readonly analytic: Float64Array;
  /** Differences; NaN for elements that were not compared one by one. */
  readonly numeric: Float64Array;
  /** The step, as it was added to the element, that decided about it. */
  stepAt(index: number): number;
}

/** A check on its way out of the checker, with the numbers behind it. */
export interface Detailed {
  readonly detail?: Detail;
}

export function detailOf(evaluation: Evaluation, analytic: Float64Array, compared: Compared): Detail {
  const steps = new Map(compared.refined.map(({ index, step }) => [index, step]));
  return {
    evaluation,
    analytic,
    numeric: compared.numeric,
    stepAt: (index) => steps.get(index) ?? compared.step,
  };
}

/** The check alone with its outcome, as it leaves the engine; its numbers go to `keep`. */
export function withoutDetail(
  found: Undecided & Detailed,
  keep?: (check: Check, detail: Detail) => void,
): Check {
  const { detail, ...rest } = found;
  const check = giveVerdict(rest);
  if (detail !== undefined) keep?.(check, detail);
  return check;
}
