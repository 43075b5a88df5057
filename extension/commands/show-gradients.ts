/** Gradlens: Show Gradients. */
import type { Gradlens } from "../gradlens";
import { findSession } from "./target";

/** Opens or reveals the panel "Gradients" of a trace. */
export function showGradients(gradlens: Gradlens, argument?: unknown): void {
  const session = findSession(gradlens, argument);
  if (session) gradlens.panels.show("gradients", session);
}
