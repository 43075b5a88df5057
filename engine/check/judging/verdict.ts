/** What a check says: a verdict, and in one table what each verdict comes to and how it is shown. */
import type { Shape } from "../../core/shape";
import { unravel } from "../../report/element-index";
import type { Check, CheckOutcome, Severity, Verdict, VerdictLook, WorstElement } from "../../report/report";
import type { Element } from "./judge";

interface VerdictRow {
  readonly outcome: CheckOutcome;
  readonly complete: boolean;
  readonly severity: Severity | null;
  readonly look: VerdictLook;
  /** One sentence for those who never saw it. */
  readonly meaning: string;
}

type Fate = Omit<VerdictRow, "look" | "meaning">;
type Tone = VerdictLook["tone"];

const passed: Fate = { outcome: "pass", complete: true, severity: null };
const failed: Fate = { outcome: "fail", complete: true, severity: "error" };
const noted: Fate = { outcome: "note", complete: true, severity: "info" };
const meant: Fate = { ...noted, severity: null };
const open: Fate = { outcome: "note", complete: false, severity: "warning" };

function row(fate: Fate, title: string, icon: string, tone: Tone, meaning: string): VerdictRow {
  return { ...fate, look: { title, icon, tone }, meaning };
}

/** Every verdict. Nothing else decides whether a check passed. */
export const verdicts: Readonly<Record<Verdict, VerdictRow>> = {
  ok: row(passed, "ok", "pass", "ok", "The gradient agrees with finite differences."),
  intended: row(
    meant,
    "intended",
    "pass-filled",
    "info",
    "The gradient is not the derivative, and a comment in the file says that this is meant.",
  ),
  kink: row(
    noted,
    "kink",
    "warning",
    "warning",
    "A value sits where the function has no derivative: its one-sided slopes differ.",
  ),
  vacuous: row(
    noted,
    "nothing flows",
    "circle-slash",
    "warning",
    "Nothing flows: the loss does not depend on the value at all.",
  ),
  "noise-floor": row(
    noted,
    "lost in rounding",
    "info",
    "info",
    "The gradient is too small for differences to confirm it.",
  ),
  "wrong-derivative": row(
    failed,
    "wrong derivative",
    "error",
    "error",
    "The backward pass gives another gradient than finite differences.",
  ),
  cut: row(
    failed,
    "cut off",
    "debug-disconnect",
    "error",
    "The loss depends on the value, but no gradient comes back from it.",
  ),
  "non-deterministic": row(
    failed,
    "not repeatable",
    "sync-ignored",
    "error",
    "Two runs with the same values give different losses.",
  ),
  "non-finite": row(failed, "not finite", "error", "error", "The loss or a gradient is not a finite number."),
  unfinished: row(
    open,
    "unfinished",
    "watch",
    "warning",
    "The check was stopped or ran out of time; no fault in what was compared by then.",
  ),
  "not-checked": row(
    open,
    "not checked",
    "question",
    "warning",
    "Nothing was compared: the message says why.",
  ),
};

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
  const zero = (values: ArrayLike<number>) =>
    Array.prototype.every.call(values, (v: number) => !(Math.abs(v) > 0));
  if (zero(analytic) && zero(numeric)) return "vacuous";
  const blind = refined.filter(({ outcome }) => outcome === "undecided").length;
  const nonZero = Array.prototype.filter.call(analytic, (v: number) => v !== 0).length;
  return blind > 0 && blind >= nonZero ? "noise-floor" : "ok";
}
