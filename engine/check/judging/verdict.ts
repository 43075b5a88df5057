/** What a check says: the verdict of a tensor, its worst element, and what the verdict comes to. */
import type { Shape } from "../../core/shape";
import { unravel } from "../../report/element-index";
import type { Check, Verdict, WorstElement } from "../../report/report";
import { verdicts } from "../../report/verdicts";
import type { Element } from "./judge";

/** A check before it is decided what its verdict comes to. */
export type Undecided = Omit<Check, "outcome" | "complete" | "rank" | "severity" | "look" | "intents"> &
  Partial<Pick<Check, "intents">>;

/** What leaves the checker: the only place where a verdict becomes an outcome. */
export function giveVerdict(check: Undecided): Check {
  const { outcome, complete, severity, look } = verdicts[check.verdict];
  const rank = complete ? { note: look.tone === "info" ? 0 : 1, pass: 2, fail: 4 }[outcome] : 3;
  return { intents: [], ...check, outcome, complete, rank, severity, look };
}

/**
 * The element that the check shows. Relative errors are taken against the element itself where it is wrong; where
 * all is well against the larger of it and the typical gradient, since a difference of rounding is no error.
 */
export function worstElement(
  index: number,
  analytic: number,
  numeric: number,
  shape: Shape,
  typical: number,
): WorstElement {
  const absError = Math.abs(analytic - numeric);
  const size = Math.max(Math.abs(analytic), Math.abs(numeric), typical);
  return {
    index: unravel(index, shape),
    analytic,
    numeric,
    absError,
    relError: absError === 0 ? 0 : absError / size,
  };
}

/** The verdict of a tensor from those of its elements. */
export function overall(
  refined: readonly Element[],
  analytic: ArrayLike<number>,
  numeric: ArrayLike<number>,
): Verdict {
  const has = (outcome: Element["outcome"]) => refined.some((element) => element.outcome === outcome);
  if (has("non-finite")) return "non-finite";
  if (has("wrong")) return "wrong-derivative";
  if (has("kink")) return "kink";
  if (hasNoSize(analytic) && hasNoSize(numeric)) return "vacuous";
  const blind = refined.filter(({ outcome }) => outcome === "undecided").length;
  if (blind === 0) return "ok";
  const nonZero = Array.prototype.filter.call(analytic, (v: number) => v !== 0).length;
  return blind >= nonZero ? "noise-floor" : "ok";
}

/** Whether all values are 0 or none. */
function hasNoSize(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i] as number) > 0) return false;
  return true;
}
