/** Gradlens: Save Trace. */
import * as vscode from "vscode";
import { showTimes } from "../../engine/core/number-text";
import { encodeSaved, markOfText, openSaved } from "../../engine/report/saved-trace";
import { findSession } from "../command-target";
import type { Gradlens } from "../gradlens";
import type { Session } from "../session";

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
  const bytes = await bytesOf(session);
  await vscode.workspace.fs.writeFile(uri, bytes);
  say(uri, bytes);
}

/** The run that is shown: with its values while its engine is there, else without. */
async function bytesOf({ engine, report, checks, checkFindings, edits }: Session): Promise<Uint8Array> {
  if (!report) throw new Error("nothing was traced");
  const facts = { checks, findings: checkFindings, savedAt: Date.now() };
  const answer = engine.hasTape ? await engine.ask("save", facts, {}) : null;
  if (answer && "bytes" in answer && openSaved(answer.bytes).report.run === report.run) return answer.bytes;
  const files = new Set([report.file, ...report.nodes.flatMap(({ site }) => site?.file ?? [])]);
  const marks = [...files].flatMap((file) => {
    const text = edits.tracedText(file);
    return text === undefined ? [] : [[file, markOfText(text)] as const];
  });
  const sources = Object.fromEntries(marks);
  return encodeSaved({
    ...facts,
    sources,
    trace: report.bytes,
    nodes: 0,
    elements: () => null,
  });
}

/** What was left out is told; that all is well stands in the status bar. */
function say(uri: vscode.Uri, bytes: Uint8Array): void {
  const { kept, leftOut } = openSaved(bytes);
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
