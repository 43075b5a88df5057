/** What several gradient checks come to together, from what each says of itself. */
import { showCount } from "../core/number-text";
import type { Check, VerdictLook } from "./report";

/** "net.fc1.weight"; one of both where the other says nothing more. */
export function checkName({ target, parameter }: Pick<Check, "target" | "parameter">): string {
  const parts = target === parameter ? [target] : [target, parameter];
  return parts.filter((part) => part !== "").join(".");
}

const marks: Readonly<Record<VerdictLook["tone"], string>> = { ok: "✓", error: "✗", warning: "!", info: "○" };

/** "✓", "✗", "!" or "○", in a terminal as in the editor; "!" where there is no check. */
export function markOf(check: Pick<Check, "look"> | undefined): string {
  return marks[check?.look.tone ?? "warning"];
}

/** Of several checks the one that speaks for all: a failure, else one that is not complete, else a pass. */
export function gravest(checks: readonly Check[]): Check | undefined {
  return checks.reduce<Check | undefined>(
    (worst, each) => (worst !== undefined && worst.rank >= each.rank ? worst : each),
    undefined,
  );
}

/** Whether nothing is wrong and nothing was left out: what makes a command succeed. */
export function isFine({ outcome, complete }: Pick<Check, "outcome" | "complete">): boolean {
  return outcome !== "fail" && complete;
}

/** Whether a comment in the file says that the gradient is meant to be as it is: it is listed, and is no problem. */
export function isMeant({ outcome, severity }: Pick<Check, "outcome" | "severity">): boolean {
  return outcome === "note" && severity === null;
}

/** Passes, notes, failures, and what is not complete. */
function placeOf({ outcome, complete }: Check): number {
  return complete ? { pass: 0, note: 1, fail: 2 }[outcome] : 3;
}

/** "3 ok · 1 kink · 1 wrong derivative · 2 not checked" */
export function countVerdicts(checks: readonly Check[]): string {
  const counts = new Map<string, number>();
  for (const { look } of checks.toSorted((a, b) => placeOf(a) - placeOf(b)))
    counts.set(look.title, (counts.get(look.title) ?? 0) + 1);
  return [...counts].map(([title, count]) => `${showCount(count)} ${title}`).join(" · ");
}

/** Checks with newer ones in the place of those of the same name. */
export function withNew(checks: readonly Check[], newer: readonly Check[]): readonly Check[] {
  // A row without a parameter stands for its whole layer.
  const isSame = (a: Check, b: Check) =>
    a.target === b.target && (a.parameter === b.parameter || a.parameter === "" || b.parameter === "");
  return [...checks.filter((old) => !newer.some((each) => isSame(each, old))), ...newer];
}
