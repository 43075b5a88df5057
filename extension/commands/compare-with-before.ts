/** Gradlens: Compare with the Run Before. */

import { findSession } from "../command-target";
import type { Gradlens } from "../gradlens";

/** Marks in the panels of a trace what changed since the run before, or no longer; opens the graph where neither is in sight. */
export function compareWithBefore(gradlens: Gradlens, argument?: unknown): void {
  const session = findSession(gradlens, argument);
  if (!session) return;
  session.compare();
  const { visiblePanels } = session;
  if (session.isCompared && !visiblePanels.has("graph") && !visiblePanels.has("gradients"))
    gradlens.panels.show("graph", session);
}
