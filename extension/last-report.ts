/** The report of the last run of a model file and of the one before it; or, while that is only in the store, what is told of it. */

import { type FindingsNews, newsOf } from "../engine/report/follow-findings";
import type { OpenReport } from "../engine/report/open-bytes";
import type { Check, Finding } from "../engine/report/report";
import type { DiagnosisState } from "../webview/protocol";
import type { EditsSince } from "./edits";
import { filesOf } from "./report-files";

/** What is known of a model file after a run, and the edits made since. */
export interface KnownTrace {
  readonly report: OpenReport;
  readonly checks: readonly Check[];
  readonly edits: EditsSince;
}

interface Asleep {
  readonly files: ReadonlySet<string>;
  readonly findings: readonly Finding[];
  /** Reads the report; null when it is lost. */
  readonly recall: () => Promise<OpenReport | null>;
  coming: Promise<OpenReport | null> | null;
}

export class LastReport {
  #report: OpenReport | null = null;
  #previous: OpenReport | null = null;
  #news: FindingsNews | null = null;
  #asleep: Asleep | null = null;
  #diagnosis: DiagnosisState = { kind: "ready" };

  /** Null when there is none, and while it is asleep. */
  get report(): OpenReport | null {
    return this.#report;
  }

  /** That of the run before, while both are awake: what the last one is compared with. */
  get previous(): OpenReport | null {
    return this.#previous;
  }

  get isAsleep(): boolean {
    return this.#asleep !== null;
  }

  /** Whether there is one, be it asleep. */
  get exists(): boolean {
    return this.#report !== null || this.isAsleep;
  }

  /** The files of which it speaks, also while it is asleep. */
  get files(): ReadonlySet<string> {
    return this.#asleep?.files ?? filesOf(this.#report);
  }

  /** Where its diagnosis is: before it is ready nothing is known of findings. */
  get diagnosis(): DiagnosisState {
    return this.#diagnosis;
  }

  /** What the run found, also while it is asleep. */
  get findings(): readonly Finding[] {
    return (this.#report ?? this.#asleep)?.findings ?? [];
  }

  /** What became of the findings since the run before; null when there was none. */
  get news(): FindingsNews | null {
    return this.#news;
  }

  /** @param isComing whether the diagnosis, where the report has none, is being made */
  accept(report: OpenReport, isComing = false): void {
    this.#previous = this.#report;
    this.#report = report;
    this.#asleep = null;
    this.#diagnosis = { kind: report.isUndiagnosed ? (isComing ? "running" : "stopped") : "ready" };
    this.#news = structuredClone(newsOf(this.#previous, report));
  }

  /** The same report with the diagnosis that came after it. */
  diagnosed(report: OpenReport): void {
    this.#report = report;
    this.#diagnosis = { kind: "ready" };
    this.#news = structuredClone(newsOf(this.#previous, report));
  }

  /** No diagnosis comes any more. */
  undiagnosed(why: DiagnosisState): void {
    this.#diagnosis = why;
  }

  /** Lets go of the reports. */
  sleep(recall: Asleep["recall"]): void {
    if (!this.#report) return;
    // Copies: nothing of the report is to be held by them.
    const files = structuredClone(filesOf(this.#report));
    const findings = structuredClone(this.#report.findings);
    this.#asleep = { files, findings, recall, coming: null };
    this.#report = null;
    this.#previous = null;
  }

  /** Brings the report back when it is asleep; read once, however many ask for it. */
  async wake(): Promise<"here" | "back" | "lost"> {
    const asleep = this.#asleep;
    if (!asleep) return "here";
    asleep.coming ??= asleep.recall();
    const report = await asleep.coming;
    // Another may have waked it, and a run has another report.
    if (this.#asleep !== asleep) return "here";
    this.#asleep = null;
    this.#report = report;
    return report ? "back" : "lost";
  }
}
