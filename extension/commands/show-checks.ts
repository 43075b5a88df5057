/** Gradlens: Show Checks. */
import type { Gradlens } from "../gradlens";
import { findSession } from "./target";

/** Opens or reveals the panel "Checks" of a trace. */
export async function showChecks(gradlens: Gradlens, argument?: unknown): Promise<void> {
  const session = await findSession(gradlens, argument);
  if (session) gradlens.panels.show("checks", session);
}
