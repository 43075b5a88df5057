/** What is said about a run that took too long, by the process itself and by who started it. */
import { showNumber } from "../core/number-text";

const timeoutHint =
  "is there a loop that does not end? The setting gradlens.timeout (--timeout in a terminal) raises the limit";

const budgetHint =
  "is there a loop that does not end? The setting gradlens.check.budget (--budget in a terminal) gives a check more time";

/** What is said of work that reached its limit, by what it was. */
export const outOfTime = {
  run: (limit: string) => ({
    message: `The run took longer than its limit of ${limit}`,
    hint: timeoutHint,
  }),
  diagnosis: (limit: string) => ({
    message: `The diagnosis took longer than its limit of ${limit}`,
    hint: "the setting gradlens.timeout (--timeout in a terminal) raises the limit, which is a part of it",
  }),
  check: (limit: string) => ({
    message: `The check did not end within its budget of ${limit}`,
    hint: budgetHint,
  }),
} as const;

export function showSeconds(ms: number): string {
  return `${showNumber(ms / 1000, 3)} s`;
}

/** How long the report of a run may take, which began when the model was done. */
export function reportMs(timeoutMs: number): number {
  return Math.max(1000, timeoutMs / 3);
}
