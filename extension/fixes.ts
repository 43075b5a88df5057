/** Fixes as edits of the editor: the quick fixes and the panel apply the same thing. */
import * as vscode from "vscode";
import type { Finding, Fix } from "../engine/report/report";
import { currentRange, isOwnFile } from "./places";
import type { Session } from "./session";

/** The edit that a fix is; null where it is advice, or would change a file from elsewhere. */
export function editOf({ title, detail, edits = [] }: Fix, session: Session): vscode.WorkspaceEdit | null {
  if (edits.length === 0 || edits.some(({ site }) => !isOwnFile(site.file, session))) return null;
  const edit = new vscode.WorkspaceEdit();
  for (const { site, newText } of edits) {
    const { uri, range } = currentRange(site, session);
    edit.replace(uri, range, newText, { needsConfirmation: false, label: title, description: detail });
  }
  return edit;
}

/** A finding of the run that a panel shows; null where that is no longer the last one, or its text was edited. */
export function findingOfRun(session: Session, run: string, index: number): Finding | null {
  const { report, stale } = session;
  return report?.run === run && !stale ? (report.findings[index] ?? null) : null;
}

/** Changes the text as a fix says, shows what was changed, and traces again. */
export async function applyFix(session: Session, fix: Fix): Promise<void> {
  const edit = editOf(fix, session);
  if (edit === null || !(await vscode.workspace.applyEdit(edit))) return;
  await vscode.commands.executeCommand("gradlens.traceBackprop", session.uri);
}
