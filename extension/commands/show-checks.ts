/** Gradlens: Show Checks. */
import type { Gradlens } from "../gradlens";
import { findSession } from "./target";

/** Opens or reveals the panel "Checks" of a trace. */
export function showChecks(gradlens: Gradlens, argument?: unknown): void {
  const session = findSession(gradlens, argument);
  if (session) gradlens.panels.show("checks", session);
}
