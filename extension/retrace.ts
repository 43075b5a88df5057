/** Traces a file again when it is saved, if the person wants that. */
import * as vscode from "vscode";
import { readSetting } from "./config";
import type { Sessions } from "./sessions";

const QUIET_MS = 150;

export function registerRetrace(sessions: Sessions): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const subscription = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
    const session = sessions.about(uri);
    const isWanted = readSetting("gradlens.traceOnSave", uri) && vscode.workspace.isTrusted;
    if (!session || session.state.kind === "empty" || !isWanted) return;
    clearTimeout(timer);
    timer = setTimeout(() => session.trace(), QUIET_MS);
  });
  return vscode.Disposable.from(subscription, { dispose: () => clearTimeout(timer) });
}
