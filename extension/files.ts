/** Documents and the files of a run: an untitled document runs as if it were saved in the workspace's first folder. */
import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";

/** By what a run knows a document. What is neither on a disk nor untitled, such as an old version, is no file of a run. */
export function fileOf(uri: vscode.Uri): string {
  if (uri.scheme === "file") return uri.fsPath;
  if (uri.scheme !== "untitled") return uri.toString();
  const folder = vscode.workspace.workspaceFolders?.find((each) => each.uri.scheme === "file");
  // TypeScript is a superset: it fits whatever language the document has, and goes on to do so when that is changed.
  const name = /\.[mc]?[jt]s$/.test(uri.path) ? uri.path : `${uri.path}.ts`;
  return uri.path.startsWith("/")
    ? vscode.Uri.file(name).fsPath
    : join(folder?.uri.fsPath ?? homedir(), name);
}

/** The document or file that a run means. */
export function uriOf(file: string): vscode.Uri {
  const isMeant = ({ uri }: vscode.TextDocument) => uri.scheme === "untitled" && fileOf(uri) === file;
  return vscode.workspace.textDocuments.find(isMeant)?.uri ?? vscode.Uri.file(file);
}

/** The document of a file, when it is open. */
export function documentOf(file: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => fileOf(uri) === file);
}

/** Whether a document was never on a disk. */
export function isUntitled({ scheme }: vscode.Uri): boolean {
  return scheme === "untitled";
}
