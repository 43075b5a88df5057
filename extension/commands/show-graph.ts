/** Gradlens: Show Graph. */
import type { Gradlens } from "../gradlens";
import { findSession } from "./target";

/** Opens or reveals the graph of a trace, with a node selected when its id is given. */
export function showGraph(gradlens: Gradlens, argument?: unknown, node?: unknown): void {
  const session = findSession(gradlens, argument);
  if (session) gradlens.panels.show("graph", session, typeof node === "number" ? node : undefined);
}
