/** Fixes as edits of the editor: the quick fixes and the panel apply the same thing. */
import * as vscode from "vscode";
import type { Finding, Fix, Site } from "../engine/report/report";
import { fileOf } from "./files";
import { currentRange, isOwnFile, revealSite } from "./places";
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

/** Changes the text as a fix says, where a person sees it, and traces again. */
export async function applyFix(session: Session, fix: Fix): Promise<void> {
  const site = fix.edits?.[0]?.site;
  const edit = editOf(fix, session);
  if (edit !== null && site !== undefined) await applyAt(site, edit, session);
}

/** What a comment says with which a finding is not told again. */
export function ignoreComment({ rule }: Finding): string {
  return `// gradlens: ignore ${rule}`;
}

/** Writes that comment, and traces again. */
export async function ignoreFinding(session: Session, finding: Finding): Promise<void> {
  const { site } = finding;
  if (site === null || !isOwnFile(site.file, session)) return;
  const { uri, range } = currentRange(site, session);
  const document = await vscode.workspace.openTextDocument(uri);
  await applyAt(site, commentEdit(document, range.start.line, ignoreComment(finding)), session);
}

/** A comment goes to the end of its line; above it where something there would swallow it. */
export function commentEdit(
  document: vscode.TextDocument,
  line: number,
  comment: string,
): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const { text, range, firstNonWhitespaceCharacterIndex } = document.lineAt(line);
  if (/\/\/|\/\*|`/.test(text)) {
    const indent = text.slice(0, firstNonWhitespaceCharacterIndex);
    edit.insert(document.uri, range.start, `${indent}${comment}\n`);
  } else edit.insert(document.uri, range.end, ` ${comment}`);
  return edit;
}

async function applyAt(site: Site, edit: vscode.WorkspaceEdit, session: Session): Promise<void> {
  const isSeen = vscode.window.visibleTextEditors.some(({ document }) => fileOf(document.uri) === site.file);
  if (!isSeen) await revealSite(site, session);
  if (await vscode.workspace.applyEdit(edit))
    await vscode.commands.executeCommand("gradlens.traceBackprop", session.uri);
}
