/** From places of a report to places of the editor. */
import * as vscode from "vscode";
import type { Site } from "../engine/report";
import { rangeOf } from "./edits";
import { uriOf } from "./files";
import type { Session } from "./session";

/** Where a site is now; the place it had, when its own text was edited. */
export function locate(site: Site, session?: Session): vscode.Location {
  const range = session?.edits.locate(site) ?? rangeOf(site);
  return new vscode.Location(uriOf(site.file), range);
}

/** Shows a site in an editor: in the one where its file is open, else in the first column. */
export async function revealSite(site: Site, session?: Session): Promise<void> {
  const { uri, range } = locate(site, session);
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
