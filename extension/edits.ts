/** Follows places of a traced text through the edits that were made since. */
import * as vscode from "vscode";
import type { Site } from "../engine/report/report";
import { fileOf, isUntitled } from "./files";
import { FollowedText } from "./followed-text";
import { linesOf, type TextChange } from "./pieces";

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
  /** The files of which a change was seen. */
  readonly #followed = new Map<string, FollowedText>();
  /** The text that was traced, of files that were open. */
  readonly #texts: Map<string, string>;

  constructor(traced: ReadonlyMap<string, string>) {
    this.#texts = new Map(traced);
  }

  /** Notes the changes of a document. */
  add(document: vscode.TextDocument, changes: readonly TextChange[]): void {
    const file = fileOf(document.uri);
    this.#follow(file).change(changes, document);
    this.#forgetSame(file);
  }

  /** The text of a file that was traced, as far as it is known. */
  tracedText(file: string): string | undefined {
    return this.#texts.get(file);
  }

  /** Takes a file's present text into account, of which no change was seen: it was another in an earlier window, or is gone (null). */
  compare(file: string, text: string | null): void {
    if (!this.#texts.has(file)) return;
    this.#follow(file).compare(linesOf(text ?? ""));
    this.#forgetSame(file);
  }

  /** Whether a file differs from what was traced. */
  differs(file: string): boolean {
    return this.#followed.get(file)?.differs ?? false;
  }

  /** Forgets all files but those for which something holds. */
  keepOnly(isWanted: (file: string) => boolean): void {
    for (const known of [this.#texts, this.#followed])
      for (const file of known.keys()) if (!isWanted(file)) known.delete(file);
  }

  /** Where a site of the report is now; null when its own text was edited. */
  locate(site: Site): vscode.Range | null {
    const place = rangeOf(site);
    const followed = this.#followed.get(site.file);
    if (!followed) return place;
    const now = followed.locate(place);
    return now && new vscode.Range(now.start.line, now.start.character, now.end.line, now.end.character);
  }

  #follow(file: string): FollowedText {
    const followed = this.#followed.get(file) ?? new FollowedText(this.#texts.get(file) ?? null);
    this.#followed.set(file, followed);
    return followed;
  }

  #forgetSame(file: string): void {
    if (!this.differs(file)) this.#followed.delete(file);
  }
}
