/** Gradlens: Show Gradients. */
import type { Gradlens } from "../gradlens";
import { findSession } from "./target";

/** Opens or reveals the panel "Gradients" of a trace. */
export async function showGradients(gradlens: Gradlens, argument?: unknown): Promise<void> {
  const session = await findSession(gradlens, argument);
  if (session) gradlens.panels.show("gradients", session);
}
