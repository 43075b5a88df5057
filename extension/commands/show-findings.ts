/** Gradlens: Show Findings. */
import type { Gradlens } from "../gradlens";
import { findSession } from "./target";

/** Opens or reveals the panel "Findings" of a trace. */
export function showFindings(gradlens: Gradlens, argument?: unknown): void {
  const session = findSession(gradlens, argument);
  if (session) gradlens.panels.show("findings", session);
}
