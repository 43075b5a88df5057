/** Every verdict of a gradient check, in one table: what it comes to, how it is shown, and what it means. */
import type { Severity } from "./severity";

/** What a verdict comes to: a note is neither a proof nor a mistake. */
export type CheckOutcome = "pass" | "fail" | "note";

/** How a verdict is shown, everywhere alike. */
export interface VerdictLook {
  /** A few words, in lower case: "wrong derivative". */
  readonly title: string;
  /** Name of a codicon. */
  readonly icon: string;
  readonly tone: "ok" | "error" | "warning" | "info";
}

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
export const verdicts = {
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

export type Verdict = keyof typeof verdicts;
