/** Gradlens: Save Trace. */
import * as vscode from "vscode";
import { showTimes } from "../../engine/core/number-text";
import { findSession } from "../command-target";
import type { Gradlens } from "../gradlens";

/** Asks where to, beside the model file at first, and writes the trace with its checks and, from its engine, its values there. */
export async function saveTrace(gradlens: Gradlens, argument?: unknown): Promise<void> {
  const session = gradlens.panels.active ?? findSession(gradlens, argument);
  if (!session) return;
  await session.wake();
  if (!session.report) {
    gradlens.toasts.say("no-trace", `${session.name} was not traced yet: there is nothing to save.`, {
      "Trace Backprop": () => vscode.commands.executeCommand("gradlens.traceBackprop", session.uri),
    });
    return;
  }
  const stem = session.name.replace(/\.[^.]*$/, "");
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(session.file), "..", `${stem}.gradlens`),
    filters: { "Gradlens trace": ["gradlens"] },
    title: "Save Trace",
  });
  if (!uri) return;
  const { savedBytes, countValues } = await import("../saved/saved-bytes");
  const bytes = await savedBytes(session);
  await vscode.workspace.fs.writeFile(uri, bytes);
  say(uri, countValues(bytes));
}

/** What was left out is told; that all is well stands in the status bar. */
function say(uri: vscode.Uri, { kept, leftOut }: { readonly kept: number; readonly leftOut: number }): void {
  const name = uri.path.split("/").at(-1) ?? uri.path;
  if (kept === 0)
    vscode.window.showInformationMessage(
      `Saved ${name} without the values of its tensors: the engine of this run has ended. Trace again to save them, too.`,
    );
  else if (leftOut > 0)
    vscode.window.showInformationMessage(
      `Saved ${name}; ${showTimes(leftOut, "value")} were left out for their size.`,
    );
  else vscode.window.setStatusBarMessage(`Gradlens: Saved ${name}`, 5_000);
}
