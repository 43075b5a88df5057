/** Gradlens: Trace Backprop. */

import { findSession } from "../command-target";
import type { Gradlens } from "../gradlens";
import { showProgress } from "../progress";
import { mayRun } from "../trust";

/** Runs a model file and shows its trace beside it, in the graph at first; resolves when the run has ended. */
export async function traceBackprop(gradlens: Gradlens, argument?: unknown): Promise<void> {
  if (!mayRun(gradlens.toasts)) return;
  const session = findSession(gradlens, argument);
  if (!session) return;
  gradlens.panels.showTrace(session);
  await showProgress(session, "Tracing", (cancel) => session.trace(cancel));
}
