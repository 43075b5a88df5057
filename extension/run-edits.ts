/** The edits since the last runs of a model file: since the one that made its report, and since one that failed after it. */
import type * as vscode from "vscode";
import { EditsSince, readTexts } from "./edits";
import { fileOf } from "./files";

export class RunEdits {
  #sinceReport = new EditsSince(new Map());
  #sinceRun = new EditsSince(new Map());

  /** Since the run that made the report. */
  get sinceReport(): EditsSince {
    return this.#sinceReport;
  }

  /** Since the last run, also of one that failed: it saw the text as it was when it began. */
  get sinceRun(): EditsSince {
    return this.#sinceRun;
  }

  /** A run begins. */
  begin(): EditsSince {
    this.#sinceRun = new EditsSince(readTexts(false));
    return this.#sinceRun;
  }

  /** A run has made the report, in this window or an earlier one; the text of files of which it does not speak is no matter of it. */
  settle(edits: EditsSince, isSpokenOf: (file: string) => boolean): void {
    this.#sinceReport = edits;
    this.#sinceRun = edits;
    edits.keepOnly(isSpokenOf);
  }

  /** A run has failed; the report of an earlier one keeps its own edits. */
  fail(edits: EditsSince, isSpokenOf: (file: string) => boolean, hasReport: boolean): void {
    if (!hasReport) this.#sinceReport = edits;
    edits.keepOnly(isSpokenOf);
  }

  /** Notes an edit; only a run that is under way may speak of a file of which the report does not. */
  add({ document, contentChanges }: vscode.TextDocumentChangeEvent, isInReport: boolean): void {
    this.#sinceRun.add(document, contentChanges);
    if (this.#sinceReport !== this.#sinceRun && isInReport) this.#sinceReport.add(document, contentChanges);
  }

  /** A document was opened: its text may be another than the one that was traced, without an edit that anyone saw. */
  compare(document: vscode.TextDocument): void {
    for (const edits of new Set([this.#sinceReport, this.#sinceRun]))
      edits.compare(fileOf(document.uri), document.getText());
  }
}
