/** Gradlens: Stop. */
import type { Gradlens } from "../gradlens";

/** Ends every run and check under way; does nothing when there is none. */
export function stop({ sessions }: Gradlens): void {
  for (const session of sessions.all) session.stop();
}
