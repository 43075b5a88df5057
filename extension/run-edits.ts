/** The edits since the last runs of a model file: since the one that made its report, and since one that failed after it. */
import type * as vscode from "vscode";
import { EditsSince, readTexts } from "./edits";
import { fileOf } from "./files";

export class RunEdits {
  #sinceReport = new EditsSince(new Map());
  #sinceRun = new EditsSince(new Map());

  /** @param files those of which the last run speaks */
  constructor(private readonly files: () => readonly string[]) {}

  /** Since the run that made the report. */
  get sinceReport(): EditsSince {
    return this.#sinceReport;
  }

  /** Since the last run, also of one that failed: it saw the text as it was when it began. */
  get sinceRun(): EditsSince {
    return this.#sinceRun;
  }

  /** Whether the text is no longer the one that made the report. */
  get isReportOld(): boolean {
    return this.#isAnyEdited(this.#sinceReport);
  }

  /** The same of the last run, which may have failed. */
  get isRunOld(): boolean {
    return this.#isAnyEdited(this.#sinceRun);
  }

  #isAnyEdited(edits: EditsSince): boolean {
    return this.files().some((file) => edits.differs(file));
  }

  /** A run begins. */
  begin(): EditsSince {
    this.#sinceRun = new EditsSince(readTexts(false));
    return this.#sinceRun;
  }

  /** A run has made the report, in this window or an earlier one; the text of files of which it does not speak is no matter of it. */
  settle(edits: EditsSince): void {
    this.#sinceReport = edits;
    this.#sinceRun = edits;
    this.#forgetOthers(edits);
  }

  /** A run has failed; the report of an earlier one keeps its own edits. */
  fail(edits: EditsSince, hasReport: boolean): void {
    if (!hasReport) this.#sinceReport = edits;
    this.#forgetOthers(edits);
  }

  #forgetOthers(edits: EditsSince): void {
    const files = new Set(this.files());
    edits.keepOnly((file) => files.has(file));
  }

  /** Notes an edit. While a run is under way nobody knows yet of which files its report will speak. */
  add({ document, contentChanges }: vscode.TextDocumentChangeEvent, isRunning: boolean): void {
    const isInReport = this.files().includes(fileOf(document.uri));
    if (!isInReport && !isRunning) return;
    this.#sinceRun.add(document, contentChanges);
    if (this.#sinceReport !== this.#sinceRun && isInReport) this.#sinceReport.add(document, contentChanges);
  }

  /** A document was opened: its text may be another than the one that was traced, without an edit that anyone saw. */
  compare(document: vscode.TextDocument): void {
    for (const edits of new Set([this.#sinceReport, this.#sinceRun]))
      edits.compare(fileOf(document.uri), document.getText());
  }
}
