/** Gives a model file that is opened the trace it had: its lenses, hovers and findings are there without a run. */
import * as vscode from "vscode";
import { log } from "./log";
import { mayBeModel } from "./model-files";
import type { Sessions } from "./sessions";
import type { TraceStore } from "./trace-store";

export function registerRestore(sessions: Sessions, traces: TraceStore): vscode.Disposable {
  const restore = async (document: vscode.TextDocument) => {
    const { uri } = document;
    if (sessions.get(uri) || !mayBeModel(document)) return;
    const trace = await traces.find(uri);
    if (trace) sessions.openBehind(uri).restore(trace);
  };
  const restoreAll = async (documents: readonly vscode.TextDocument[]) => {
    for (const document of documents) await restore(document);
  };
  const report = (error: unknown) => log.error("An earlier trace could not be restored", error);
  restoreAll(vscode.workspace.textDocuments).catch(report);
  return vscode.workspace.onDidOpenTextDocument((document) => restore(document).catch(report));
}
