/** One model file and what is known about it: its state, the last report, its checks, and the edits made since. */
import * as vscode from "vscode";
import { withNew } from "../engine/report/checks";
import type { OpenReport } from "../engine/report/open-bytes";
import { type CheckTarget, isFailed } from "../engine/report/questions";
import type { Check, Failure, Finding, TriedFix } from "../engine/report/report";
import type { Answer, PanelRequest, Params } from "../engine/report/requests";
import { isWork } from "../engine/report/work";
import type { ProgressParams } from "../engine/runner/protocol";
import type { PanelName, TraceState } from "../webview/protocol";
import { type Checking, countLayers, isNews } from "./checking";
import { readCheckSettings } from "./config";
import type { EditsSince } from "./edits";
import type { EngineProcess } from "./engine-process";
import { failed, goneText } from "./failures";
import { fileOf } from "./files";
import { type KnownTrace, LastReport } from "./last-report";
import { log, logFailure, logRun } from "./log";
import { runCheck, runModel } from "./model-run";
import { RunEdits } from "./run-edits";
import { Turns } from "./turns";

export type Running = "trace" | "check" | null;

export class Session implements vscode.Disposable {
  state: TraceState = { kind: "empty" };
  readonly last = new LastReport();
  /** Whether panels show what changed since the run before. */
  isCompared = false;
  failure: Failure | null = null;
  checks: readonly Check[] = [];
  /** What the last check of the whole file found besides. */
  checkFindings: readonly Finding[] = [];
  checking: Checking | null = null;
  /** What became of the fixes of the report's findings; those that are not listed were not tried. */
  trials: readonly TriedFix[] = [];
  /** The last check, when it did not come to an end. */
  unfinished: { readonly target: CheckTarget; readonly failure: Failure } | null = null;
  /** Which of its panels a person sees now. */
  readonly visiblePanels = new Set<PanelName>();
  /** When somebody asked for it last, in milliseconds. */
  usedAt = performance.now();
  readonly #edits = new RunEdits(() => [
    this.file,
    this.failure?.site?.file ?? this.file,
    ...this.last.files,
  ]);
  readonly #changed = new vscode.EventEmitter<Session>();
  readonly onDidChange = this.#changed.event;
  readonly #turns = new Turns();
  constructor(
    readonly uri: vscode.Uri,
    readonly engine: EngineProcess,
  ) {}

  /** The report of the last run; null when there is none, and while it is asleep. */
  get report(): OpenReport | null {
    return this.last.report;
  }

  get file(): string {
    return fileOf(this.uri);
  }

  /** Edits since the run that made the report. */
  get edits(): EditsSince {
    return this.#edits.sinceReport;
  }

  /** Whether a file that the report speaks of was edited since. */
  get stale(): boolean {
    return this.#edits.isReportOld;
  }

  /** Whether the failure may be mended: the text is not what failed. */
  get isFailureOld(): boolean {
    return this.#edits.isRunOld;
  }

  get running(): Running {
    if (this.state.kind === "running") return "trace";
    return this.checking ? "check" : null;
  }

  get isDiagnosing(): boolean {
    return this.last.diagnosis.kind === "running";
  }

  /** Whether its engine works. */
  get isBusy(): boolean {
    return this.running !== null || this.isDiagnosing;
  }

  /** Waits for the diagnosis, should it be under way; false when that was stopped. */
  async untilDiagnosed(): Promise<boolean> {
    return !this.isDiagnosing || this.#turns.after(async (token) => !token.isCancellationRequested);
  }

  /** Whether the report speaks of a file. */
  covers(file: string): boolean {
    return file === this.file || this.last.files.has(file);
  }

  /** Lets go of the report, which `recall` reads again, and ends the engine; what editors tell of it stays. */
  sleep(recall: () => Promise<OpenReport | null>): void {
    this.last.sleep(recall);
    this.isCompared = false;
    this.engine.dispose();
    this.#changed.fire(this);
  }

  /** Has the report here when it resolves, if there is one: before anything is asked of it. */
  async wake(): Promise<void> {
    this.usedAt = performance.now();
    const came = await this.last.wake();
    if (came === "lost" && !this.running) this.state = { kind: "empty" };
    if (came === "lost") this.checks = this.checkFindings = [];
    if (came !== "here") this.#changed.fire(this);
  }

  /**
   * Runs the file and keeps its report, which is shown before its diagnosis is there; what is under way is ended first.
   * Never rejects: a failure is a state.
   */
  trace(cancel?: vscode.CancellationToken): Promise<void> {
    return this.#turns.alone(cancel, (token) => this.#trace(token));
  }

  /** Checks gradients, after a new run when the text changed or no tape is left; gives the new rows. */
  async check(target: CheckTarget, cancel?: vscode.CancellationToken): Promise<readonly Check[]> {
    const isKnown = this.state.kind === "ready" && !this.stale && this.engine.hasTape;
    if (!isKnown || this.isDiagnosing) {
      const checking = { target, fraction: null, message: "", at: Date.now() };
      this.#setChecking(checking);
      const mayGoOn = await (isKnown ? this.untilDiagnosed() : this.trace(cancel).then(() => true));
      if (!mayGoOn || this.state.kind !== "ready" || cancel?.isCancellationRequested) {
        if (this.checking === checking) this.#setChecking(null);
        return [];
      }
    }
    return this.#turns.alone(cancel, (token) => this.#check(target, token));
  }

  /** Asks the engine about the last run, work after what is under way; rejects when there is no answer, with the reason. */
  async ask<N extends PanelRequest>(name: N, params: Params<N>, unwanted?: AbortSignal): Promise<Answer<N>> {
    const ask = (token?: vscode.CancellationToken) => {
      if (!this.engine.hasTape) throw new Error(goneText());
      return this.engine.ask(name, params, { token, unwanted });
    };
    const answer = await (isWork[name] ? this.#turns.after(ask) : ask());
    if (isFailed(answer)) throw new Error(answer.failure.message);
    return answer;
  }

  /** Ends what is under way; that it was stopped is known at once. */
  stop(): void {
    this.#turns.stop();
  }

  /** Begins or ends showing what changed since the run before. */
  compare(): void {
    this.isCompared = !this.isCompared;
    this.#changed.fire(this);
  }

  noteTrials(trials: readonly TriedFix[]): void {
    this.trials = trials;
    this.#changed.fire(this);
  }

  /** A panel came into sight, or went out of it. */
  noteSight(panel: PanelName, isVisible: boolean): void {
    if (this.visiblePanels.has(panel) === isVisible) return;
    if (isVisible) this.visiblePanels.add(panel);
    else this.visiblePanels.delete(panel);
    this.#changed.fire(this);
  }

  noteEdit(event: vscode.TextDocumentChangeEvent): void {
    if (event.contentChanges.length === 0 || this.state.kind === "empty") return;
    this.#noteText(() => this.#edits.add(event, this.running !== null));
  }

  /** A document was opened. */
  noteText(document: vscode.TextDocument): void {
    this.#noteText(() => this.#edits.compare(document));
  }

  #noteText(note: () => void): void {
    const before = [this.stale, this.isFailureOld].join();
    note();
    if (before !== [this.stale, this.isFailureOld].join()) this.#changed.fire(this);
  }

  /** Takes over what an earlier window knew, unless something is known already. */
  restore({ report, checks, edits }: KnownTrace): void {
    if (this.state.kind !== "empty") return;
    this.#accept(report, edits, checks);
  }

  dispose(): void {
    this.stop();
    this.engine.dispose();
    this.#changed.dispose();
  }

  get name(): string {
    return this.uri.path.split("/").at(-1) ?? this.uri.path;
  }

  async #trace(token: vscode.CancellationToken): Promise<void> {
    const edits = this.#edits.begin();
    this.failure = null;
    this.unfinished = null;
    const running = (message: string) => this.#setState({ kind: "running", message });
    running(`Running ${this.name}`);
    await runModel(this, this.last.findings, token, {
      running,
      traced: (report, isComing) => this.#accept(report, edits, [], isComing),
      diagnosed: (report) => this.#endDiagnosis(() => this.last.diagnosed(report)),
      failed: (failure) => this.#fail(failure, edits),
      stopped: () => this.#noteStop(),
    });
  }

  async #check(target: CheckTarget, token: vscode.CancellationToken): Promise<readonly Check[]> {
    this.unfinished = null;
    this.#setChecking({ target, fraction: 0, message: "", at: Date.now() });
    const settings = readCheckSettings(countLayers(target, this.report), this.uri);
    const checks = await runCheck(this, { target, settings }, token, {
      progress: (progress) => this.#setProgress(target, progress),
      checked: ({ checks, findings }) => {
        if (target.kind === "all") this.checkFindings = findings;
        this.checks = withNew(this.checks, checks);
      },
      failed: (failure) => this.#failCheck(target, failure),
      stopped: () => this.#setChecking(null),
    });
    this.#setChecking(null);
    return checks;
  }

  #accept(report: OpenReport, edits: EditsSince, checks: readonly Check[] = [], isComing = false): void {
    this.last.accept(report, isComing);
    this.failure = report.failure;
    this.#edits.settle(edits);
    this.checks = checks;
    this.checkFindings = [];
    this.trials = [];
    logRun(this.name, report);
    this.#setState(report.failure ? failed(report.failure) : { kind: "ready" });
  }

  #endDiagnosis(end: () => void): void {
    end();
    this.#changed.fire(this);
  }

  /** What is shown stays; that there is no more of it is said. */
  #noteStop(): void {
    if (this.isDiagnosing) this.#endDiagnosis(() => this.last.undiagnosed({ kind: "stopped" }));
    else if (this.running === "trace") this.#setState({ kind: "stopped" });
  }

  #fail(failure: Failure, edits: EditsSince): void {
    const { kind, message } = failure;
    if (kind !== "cancelled") logFailure(this.name, failure);
    if (kind === "cancelled") this.#noteStop();
    else if (this.isDiagnosing) this.#endDiagnosis(() => this.last.undiagnosed({ kind: "failed", message }));
    else {
      this.failure = failure;
      this.#edits.fail(edits, this.last.exists);
      this.#setState(failed(failure));
    }
  }

  #failCheck(target: CheckTarget, failure: Failure): void {
    this.unfinished = { target, failure };
    if (failure.kind !== "cancelled") log.error(`${this.name}: ${failure.message}`);
    else if (!this.engine.hasTape) this.state = { kind: "stopped" };
    this.#changed.fire(this);
  }

  #setProgress(target: CheckTarget, { message, fraction }: ProgressParams): void {
    const progress = { target, fraction, message, at: Date.now() };
    if (this.checking === null || isNews(progress, this.checking)) this.#setChecking(progress);
  }

  #setChecking(checking: Checking | null): void {
    this.checking = checking;
    this.#changed.fire(this);
  }

  #setState(state: TraceState): void {
    this.state = state;
    this.#changed.fire(this);
  }
}
