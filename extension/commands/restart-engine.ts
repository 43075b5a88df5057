/** Gradlens: Restart Engine. */
import * as vscode from "vscode";
import type { Gradlens } from "../gradlens";
import { log } from "../log";

/** Ends all engine processes; the next run starts a new one. */
export function restartEngine({ sessions }: Gradlens): void {
  for (const session of sessions.all) {
    session.stop();
    session.engine.kill();
  }
  log.info("All engine processes were ended; the next run starts a new one.");
  vscode.window.setStatusBarMessage("Gradlens: the engine was restarted", 3000);
}
