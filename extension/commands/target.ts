/** The model file that a command is about: its argument, the active editor, or what was traced last. */
import * as vscode from "vscode";
import type { Gradlens } from "../gradlens";
import { modelSelector } from "../model-files";
import type { Session } from "../session";

/** An argument that names a file: a URI (editor title, tree), or a path (links in hovers and lenses). */
function uriOf(argument: unknown): vscode.Uri | null {
  if (argument instanceof vscode.Uri) return argument;
  return typeof argument === "string" ? vscode.Uri.file(argument) : null;
}

/** The document's URI when Gradlens can run it, else null; a file that is imported leads to the model that was traced. */
export function findModel({ sessions }: Gradlens, argument?: unknown): vscode.Uri | null {
  const named = uriOf(argument);
  if (named) return named.scheme === "file" ? named : null;
  const document = vscode.window.activeTextEditor?.document;
  if (document && vscode.languages.match(modelSelector, document) > 0)
    return sessions.get(document.uri)?.uri ?? document.uri;
  return sessions.current?.uri ?? null;
}

/** Says that there is no model file, and what to do instead. */
export async function sayNoModel(): Promise<void> {
  const example = vscode.l10n.t("Open Example");
  const message = vscode.l10n.t("Open a TypeScript or JavaScript model file first.");
  const chosen = await vscode.window.showInformationMessage(message, example);
  if (chosen === example) await vscode.commands.executeCommand("gradlens.openExample");
}

/** The session a command is about, or null after saying what to do instead. */
export async function findSession(gradlens: Gradlens, argument?: unknown): Promise<Session | null> {
  const uri = findModel(gradlens, argument);
  if (uri) return gradlens.sessions.open(uri);
  await sayNoModel();
  return null;
}
