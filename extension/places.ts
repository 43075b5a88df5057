/** From places of a report to places of the editor. */
import * as vscode from "vscode";
import type { Site } from "../engine/report/report";
import { liesBelow } from "../engine/runner/regular-file";
import { rangeOf } from "./edits";
import { documentOf, fileOf, uriOf } from "./files";
import { oneLine } from "./markdown";
import type { Session } from "./session";

/** Where a site is now; the place it had, when its own text was edited. */
export function currentRange(site: Site, session?: Session): vscode.Location {
  const range = session?.edits.locate(site) ?? rangeOf(site);
  return new vscode.Location(uriOf(site.file), range);
}

/** Whether a file belongs to what a person has opened: to the workspace, to the model's folder, or to an editor. */
export function isOwnFile(file: string, { uri }: Session): boolean {
  const meant = uriOf(file);
  const isBeside = liesBelow(fileOf(vscode.Uri.joinPath(uri, "..")), file);
  return (
    isBeside || documentOf(file) !== undefined || vscode.workspace.getWorkspaceFolder(meant) !== undefined
  );
}

/** True for what may be shown: a person is asked about files from elsewhere, and what is no file is told. */
async function mayShow(file: string, session: Session): Promise<boolean> {
  if (documentOf(file)) return true;
  const stat = await vscode.workspace.fs.stat(uriOf(file)).then(undefined, () => null);
  if (!stat || (stat.type & vscode.FileType.File) === 0) {
    vscode.window.showWarningMessage(`There is no file ${oneLine(file)} to show.`);
    return false;
  }
  if (isOwnFile(file, session)) return true;
  const open = "Open";
  const message = `This place lies outside of the workspace: ${oneLine(file)}`;
  return (await vscode.window.showWarningMessage(message, open)) === open;
}

/** Shows a site in an editor: in the one where its file is open, else in the first column. */
export async function revealSite(site: Site, session: Session): Promise<void> {
  if (!(await mayShow(site.file, session))) return;
  const { uri, range } = currentRange(site, session);
  const open = vscode.window.visibleTextEditors.find(
    ({ document }) => document.uri.toString() === uri.toString(),
  );
  const viewColumn = open?.viewColumn ?? vscode.ViewColumn.One;
  const editor = await vscode.window.showTextDocument(uri, { viewColumn });
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** A file and a line as a person reads them: "digits-mlp.ts:12". */
export function describeSite(site: Site): string {
  return `${site.file.split(/[\\/]/).at(-1)}:${site.line}`;
}
