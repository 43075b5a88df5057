/** What is said about a run that took too long, by the process itself and by who started it. */
import { showNumber } from "../core/number-text";

export const timeoutHint =
  "is there a loop that does not end? The setting gradlens.timeout (--timeout in a terminal) raises the limit";

export const budgetHint =
  "is there a loop that does not end? The setting gradlens.check.budget (--budget in a terminal) gives a check more time";

export function showSeconds(ms: number): string {
  return `${showNumber(ms / 1000, 3)} s`;
}

/** How long the report of a run may take, which began when the model was done. */
export function reportMs(timeoutMs: number): number {
  return Math.max(1000, timeoutMs / 3);
}
