/** Gradlens: Gradcheck Model. */

import { findSession } from "../command-target";
import type { Gradlens } from "../gradlens";
import { showProgress } from "../progress";
import { mayRun } from "../trust";

/** Checks every parameter of a model and shows the result. */
export async function gradcheckModel(gradlens: Gradlens, argument?: unknown): Promise<void> {
  if (!mayRun(gradlens.toasts)) return;
  const session = findSession(gradlens, argument);
  if (!session) return;
  gradlens.panels.show("checks", session);
  await showProgress(session, "Checking gradients", (cancel) => session.check({ kind: "all" }, cancel));
}
