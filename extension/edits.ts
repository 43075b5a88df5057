/** Follows places of a traced text through the edits that were made since. */
import * as vscode from "vscode";
import type { Site } from "../engine/report/report";
import { fileOf, isUntitled } from "./files";

/** The part of a change event that matters here. */
export interface TextChange {
  readonly range: vscode.Range;
  readonly text: string;
}

function shift(position: vscode.Position, { range, text }: TextChange): vscode.Position {
  const lines = text.split("\n");
  const added = lines.length - 1;
  const line = position.line + added - (range.end.line - range.start.line);
  if (position.line !== range.end.line) return new vscode.Position(line, position.character);
  const before = added === 0 ? range.start.character : 0;
  const last = lines.at(-1)?.length ?? 0;
  return new vscode.Position(line, before + last + position.character - range.end.character);
}

/** Where a range lies after a change; null when the change touched what is in it. */
export function shiftRange(place: vscode.Range, change: TextChange): vscode.Range | null {
  const { range } = change;
  if (range.start.isAfterOrEqual(place.end)) return place;
  if (range.end.isBeforeOrEqual(place.start))
    return new vscode.Range(shift(place.start, change), shift(place.end, change));
  return null;
}

/** The one change that makes a text of another: all that lies between what both begin and end with. */
export function changeBetween(before: string, after: string): TextChange {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const range = new vscode.Range(placeIn(before, start), placeIn(before, before.length - end));
  return { range, text: after.slice(start, after.length - end) };
}

function placeIn(text: string, offset: number): vscode.Position {
  const lines = text.slice(0, offset).split("\n");
  return new vscode.Position(lines.length - 1, lines.at(-1)?.length ?? 0);
}

/** A site's range in the text that was traced. */
export function rangeOf(site: Site): vscode.Range {
  return new vscode.Range(site.line - 1, site.column - 1, site.endLine - 1, site.endColumn - 1);
}

/** Text of the open documents, by path: what a run sees, and what later edits are compared with. */
export function readTexts(onlyUnsaved: boolean): Map<string, string> {
  const documents = vscode.workspace.textDocuments.filter(
    ({ uri, isDirty }) => isUntitled(uri) || (uri.scheme === "file" && (isDirty || !onlyUnsaved)),
  );
  return new Map(documents.map((document) => [fileOf(document.uri), document.getText()]));
}

/** The edits of all files since a trace began. */
export class EditsSince {
  readonly #changes = new Map<string, TextChange[]>();
  /** The text that was traced, of files that changed since. */
  readonly #texts = new Map<string, string>();

  constructor(traced: ReadonlyMap<string, string>) {
    this.#texts = new Map(traced);
  }

  /** Notes the changes of a document; when its text is again what was traced they are forgotten. */
  add(document: vscode.TextDocument, changes: readonly TextChange[]): void {
    const file = fileOf(document.uri);
    const isBack = this.#texts.get(file) === document.getText();
    if (isBack) this.#changes.delete(file);
    else this.#changes.set(file, [...(this.#changes.get(file) ?? []), ...changes]);
  }

  /** The text of a file that was traced, as far as it is known. */
  tracedText(file: string): string | undefined {
    return this.#texts.get(file);
  }

  /** Takes a file's present text into account, of which no change was seen: it was another in an earlier window, or is gone (null). */
  compare(file: string, text: string | null): void {
    const traced = this.#texts.get(file);
    if (traced === undefined || traced === text || this.#changes.has(file)) return;
    this.#changes.set(file, [changeBetween(traced, text ?? "")]);
  }

  /** Whether a file differs from what was traced. */
  differs(file: string): boolean {
    return this.#changes.has(file);
  }

  /** Where a site of the report is now; null when its own text was edited. */
  locate(site: Site): vscode.Range | null {
    let range: vscode.Range | null = rangeOf(site);
    for (const change of this.#changes.get(site.file) ?? []) {
      range = range && shiftRange(range, change);
    }
    return range;
  }
}
