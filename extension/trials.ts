/** Tries the fixes of findings in the background, once a trace is shown: in an engine process of its own, which then ends. */
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import type { TriedFix } from "../engine/report/report";
import type { KnownTrials } from "../engine/runner/trials";
import { readSetting } from "./config";
import { type EngineFiles, EngineProcess } from "./engine-process";
import { log } from "./log";
import type { Session } from "./session";
import type { Sessions } from "./sessions";
import { traceParams } from "./trace-params";

/** Panels and hovers of the new trace come first. */
const QUIET_MS = 300;
/** What was tried in a session is remembered up to here: a person goes back and forth between a few texts. */
const MOST_KNOWN = 50;

/** What one session's fixes did. */
class SessionTrials {
  readonly #known: KnownTrials = new Map();
  #run: string | null = null;
  #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly session: Session,
    private readonly files: EngineFiles,
  ) {}

  /** Begins anew after a new run; ends when its text is no longer the one that ran. */
  update(): void {
    const { report, state, stale, last } = this.session;
    const isThere = report !== null && state.kind === "ready" && last.diagnosis.kind === "ready";
    const isWanted = isThere && !stale && vscode.workspace.isTrusted && this.#isOn();
    const run = isWanted ? report.run : null;
    if (run === this.#run) return;
    this.stop();
    this.#run = run;
    if (run !== null && this.#plan().length > 0) this.#timer = setTimeout(() => this.#begin(), QUIET_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#run = null;
    if (this.session.trials.length > 0) this.session.noteTrials([]);
  }

  #isOn(): boolean {
    return readSetting("gradlens.diagnosis.tryFixes", this.session.uri);
  }

  /** Fixes that are edits, by their places in the report. */
  #plan(): { readonly finding: number; readonly fix: number }[] {
    const findings = this.session.report?.findings ?? [];
    return findings.flatMap(({ fixes }, finding) =>
      fixes.flatMap(({ edits = [] }, fix) => (edits.length > 0 ? [{ finding, fix }] : [])),
    );
  }

  async #begin(): Promise<void> {
    const { session } = this;
    const { signal } = this.#abort;
    const engine = new EngineProcess(this.files, session.uri, false);
    try {
      await this.#tryAll(engine, signal);
    } catch (error) {
      if (!signal.aborted) log.error(`${session.name}: the fixes could not be tried: ${String(error)}`);
    } finally {
      engine.dispose();
    }
  }

  async #tryAll(engine: EngineProcess, signal: AbortSignal): Promise<void> {
    const { session } = this;
    const { report } = session;
    if (report === null) return;
    const { Trials } = await import("../engine/runner/trials");
    const runs = {
      trace: (params: Parameters<EngineProcess["trace"]>[0]) => engine.trace(params, { unwanted: signal }),
    };
    signal.addEventListener("abort", () => engine.dispose());
    const readText = (file: string) => readFileSync(file, "utf8");
    const subject = { params: traceParams(session.uri), report, readText };
    const trials = new Trials(runs, subject, this.#known, signal);
    const done: TriedFix[] = [];
    for (const place of this.#plan()) {
      const finding = report.findings[place.finding];
      const fix = finding?.fixes[place.fix];
      if (signal.aborted || !finding || !fix) return;
      session.noteTrials([...done, { ...place, outcome: "trying" }]);
      const outcome = await trials.try(finding, fix);
      if (signal.aborted) return;
      if (outcome !== null) done.push({ ...place, outcome });
      session.noteTrials(done);
    }
    for (const key of [...this.#known.keys()].slice(0, -MOST_KNOWN)) this.#known.delete(key);
  }
}

export function registerTrials(sessions: Sessions, files: EngineFiles): vscode.Disposable {
  const all = new Map<Session, SessionTrials>();
  const subscription = sessions.onDidChange((session) => {
    for (const [each, trials] of all) {
      if (sessions.all.includes(each)) continue;
      trials.stop();
      all.delete(each);
    }
    const trials = all.get(session) ?? new SessionTrials(session, files);
    all.set(session, trials);
    trials.update();
  });
  const stop = () => {
    for (const trials of all.values()) trials.stop();
  };
  return vscode.Disposable.from(subscription, { dispose: stop });
}
