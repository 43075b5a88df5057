/** Files that a saved trace speaks of: where they are now, if anywhere, and whether they are still what ran. */
import * as vscode from "vscode";
import type { Site } from "../../engine/report/report";
import { markOfText, type SavedTrace } from "../../engine/report/saved-trace";

/** Larger files hold no model. */
const MOST_BYTES = 2 ** 24;

/** Where a file may be: where it was when it ran, or where it lay as seen from the model, beside the saved trace. */
function candidates(file: string, { report }: SavedTrace, uri: vscode.Uri): vscode.Uri[] {
  const isWindows = /^[a-z]:[\\/]/i.test(file);
  // A path that names another machine is not asked for: the trace may come from anywhere.
  if (!isWindows && !/^\/(?!\/)/.test(file)) return [];
  const folder = report.file.replace(/[^\\/]*$/, "");
  const within = file.startsWith(folder) ? file.slice(folder.length).split(/[\\/]/) : [];
  const isPlain = within.length > 0 && !within.some((part) => part === "..");
  return [
    ...(uri.scheme === "file" ? [vscode.Uri.file(file)] : isWindows ? [] : [uri.with({ path: file })]),
    ...(isPlain ? [vscode.Uri.joinPath(uri, "..", ...within)] : []),
  ];
}

/** Whether a file belongs to what a person has opened: to the workspace, to the saved trace's folder, or to an editor. */
function isOwn(file: vscode.Uri, uri: vscode.Uri): boolean {
  const folder = vscode.Uri.joinPath(uri, "..").toString();
  return (
    file.toString().startsWith(`${folder.replace(/\/$/, "")}/`) ||
    vscode.workspace.getWorkspaceFolder(file) !== undefined ||
    vscode.workspace.textDocuments.some((document) => document.uri.toString() === file.toString())
  );
}

async function sizeOf(file: vscode.Uri): Promise<number | null> {
  const stat = await vscode.workspace.fs.stat(file).then(undefined, () => null);
  return stat && (stat.type & vscode.FileType.File) !== 0 ? stat.size : null;
}

/** A file as it is now; null when it is nowhere. What lies elsewhere is looked for only when a person asks. */
async function findFile(
  file: string,
  saved: SavedTrace,
  uri: vscode.Uri,
  isAsked: boolean,
): Promise<vscode.Uri | null> {
  for (const each of candidates(file, saved, uri))
    if ((isAsked || isOwn(each, uri)) && (await sizeOf(each)) !== null) return each;
  return null;
}

/** What became of the model file since: its place if it is here, and whether any file that ran is another now. */
export async function lookAround(saved: SavedTrace, uri: vscode.Uri) {
  const files = Object.keys(saved.sources);
  const found = await Promise.all(files.map((file) => findFile(file, saved, uri, false)));
  const others = await Promise.all(
    found.map(async (each, i) => each !== null && (await isChanged(each, saved.sources[files[i] ?? ""]))),
  );
  const hasModel = (await findFile(saved.report.file, saved, uri, false)) !== null;
  return { hasModel, hasChanged: others.includes(true) };
}

async function isChanged(file: vscode.Uri, mark: number | undefined): Promise<boolean> {
  const open = vscode.workspace.textDocuments.find((each) => each.uri.toString() === file.toString());
  if (open) return markOfText(open.getText()) !== mark;
  if (((await sizeOf(file)) ?? 0) > MOST_BYTES) return true;
  return markOfText(new TextDecoder().decode(await vscode.workspace.fs.readFile(file))) !== mark;
}

/** Shows a place in an editor beside; a person is asked about files from elsewhere, and what is nowhere is told. */
export async function revealPlace(
  { file, line, column, endLine, endColumn }: Site,
  saved: SavedTrace,
  uri: vscode.Uri,
): Promise<void> {
  const found = await findFile(file, saved, uri, true);
  const shown = file.replace(/\p{Cc}/gu, " ");
  if (!found) {
    vscode.window.showWarningMessage(`There is no file ${shown} here.`);
    return;
  }
  const open = "Open";
  const elsewhere = `This place lies outside of the workspace: ${shown}`;
  if (!isOwn(found, uri) && (await vscode.window.showWarningMessage(elsewhere, open)) !== open) return;
  const visible = vscode.window.visibleTextEditors.find(
    ({ document }) => document.uri.toString() === found.toString(),
  );
  const editor = await vscode.window.showTextDocument(found, {
    viewColumn: visible?.viewColumn ?? vscode.ViewColumn.Beside,
  });
  const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
