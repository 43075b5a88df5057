/** What is said of questions that no run can answer, by the process and by its client. */
import type { Failure } from "../report/report";

export function noRun(): Failure {
  const message = "There is no run to ask about";
  return { kind: "internal", message, hint: "run Trace Backprop first", site: null, stack: [] };
}
