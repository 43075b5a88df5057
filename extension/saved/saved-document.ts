/** A `.gradlens` file that is open in an editor: what it holds, or why it cannot be shown. */
import * as vscode from "vscode";
import { openSaved, type SavedTrace } from "../../engine/report/saved-trace";

/** Larger files are not read. */
const MOST_BYTES = 2 ** 30;

export interface SavedDocument {
  readonly uri: vscode.Uri;
  readonly name: string;
  /** Null when the file cannot be shown. */
  readonly saved: SavedTrace | null;
  /** Why, in one sentence. */
  readonly problem: string;
}

/** Never rejects: what is wrong with a file is shown in its place. */
export async function openDocument(uri: vscode.Uri): Promise<SavedDocument> {
  const document = { uri, name: nameOf(uri) };
  try {
    return { ...document, saved: openSaved(await readBytes(uri)), problem: "" };
  } catch (error) {
    return { ...document, saved: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

export function nameOf({ path }: vscode.Uri): string {
  return path.split("/").at(-1) ?? path;
}

async function readBytes(uri: vscode.Uri): Promise<Uint8Array> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0) throw new Error("This is no file.");
  if (size > MOST_BYTES)
    throw new Error(`This file has ${size} bytes; saved traces of more than ${MOST_BYTES} are not read.`);
  return vscode.workspace.fs.readFile(uri);
}
