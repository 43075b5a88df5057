/** What stands in the way of a run: a workspace that nobody trusts, or a document without a folder. */
import * as vscode from "vscode";
import type { Failure } from "../engine/report/report";
import { documentOf, fileOf, isUntitled } from "./files";
import { trustMessage } from "./trust";

/** Why a model cannot be run, before anything is started; null when it can. */
export function whyNotRun(uri: vscode.Uri): Failure | null {
  const failure = { kind: "model", site: null, stack: [] } as const;
  if (!vscode.workspace.isTrusted) return { ...failure, message: trustMessage, hint: null };
  if (!isUntitled(uri)) return null;
  const document = documentOf(fileOf(uri));
  if (!document) {
    const message = `${uri.path} is closed, and it was never saved.`;
    return { ...failure, message, hint: "open the file that it was saved as, and trace that" };
  }
  const isBesideOthers = /\b(?:from|import|require)\s*\(?\s*["'`](\.{1,2}\/[^"'`]*)/.exec(document.getText());
  if (!isBesideOthers || vscode.workspace.workspaceFolders) return null;
  const message = `"${isBesideOthers[1] ?? ""}" is beside the file, and an unsaved file is in no folder.`;
  return { ...failure, message, hint: "save the file first" };
}
