/** The engine process of a session: loaded and started when first needed, replaced after a crash or another setting. */
import { dirname } from "node:path";
import { basename } from "node:path/posix";
import * as vscode from "vscode";
import type { OpenReport } from "../engine/report/open-bytes";
import type { CheckParams, CheckResult, TraceParams, TraceResult } from "../engine/report/questions";
import type { Answered, LaterRequest, Params } from "../engine/report/requests";
import { isWork } from "../engine/report/work";
import type { Asking, Engine, EngineOptions } from "../engine/runner/client";
import type { OutputParams, ProgressParams } from "../engine/runner/protocol";
import { readSetting } from "./config";
import { fileOf } from "./files";
import { IdleEnd } from "./idle";
import { log } from "./log";
import { PrintedLines } from "./printed-lines";
import { trustMessage } from "./trust";

/** A process that nobody asked for so long ends; what it found stays shown. */
const IDLE_MS = 5 * 60_000;

/** How a question is asked; what ends by `token` takes its process with it when it does not come back. */
export interface Asked {
  readonly token?: vscode.CancellationToken | undefined;
  /** Nobody waits for the answer any more; the run is kept. */
  readonly unwanted?: AbortSignal | undefined;
  readonly onProgress?: (progress: ProgressParams) => void;
  /** Takes the trace of a run, before its diagnosis. */
  readonly onTrace?: (report: OpenReport) => void;
}

/** A cancellation token as the engine takes it; `dispose` lets go of the token. */
function signalOf(token: vscode.CancellationToken | undefined): { signal: AbortSignal } & vscode.Disposable {
  const controller = new AbortController();
  if (token?.isCancellationRequested) controller.abort();
  const subscription = token?.onCancellationRequested(() => controller.abort());
  return { signal: controller.signal, dispose: () => subscription?.dispose() };
}

/** The bundled engine process, and where it keeps what makes the next one start sooner. */
export type EngineFiles = Pick<EngineOptions, "script" | "codeCache">;

export class EngineProcess implements vscode.Disposable {
  #engine: Engine | null = null;
  #nodePath = "";
  readonly #printed = new PrintedLines((stream, line) => {
    const text = `${basename(this.model.path)} │ ${line}`;
    if (stream === "stderr") log.warn(text);
    else log.info(text);
  });

  readonly #idle = new IdleEnd(IDLE_MS, () => this.#end());

  constructor(
    private readonly files: EngineFiles,
    private readonly model: vscode.Uri,
    /** Whether what the model prints is of interest: that of a run for trial is not. */
    private readonly isHeard = true,
  ) {}

  get isRunning(): boolean {
    return this.#engine?.isRunning ?? false;
  }

  /** Whether questions about the last run can be answered. */
  get hasTape(): boolean {
    return this.#engine?.hasTape ?? false;
  }

  trace(params: TraceParams, asked: Asked): Promise<TraceResult> {
    return this.#during(asked, (engine, asking) => engine.trace(params, asking));
  }

  check(params: CheckParams, asked: Asked): Promise<CheckResult> {
    return this.#during(asked, (engine, asking) => engine.check(params, asking));
  }

  /** Asks about the last run. */
  ask<N extends LaterRequest>(name: N, params: Params<N>, asked: Asked): Promise<Answered<N>> {
    if (isWork[name]) return this.#during(asked, (engine, asking) => engine.ask(name, params, asking));
    // What is answered at once may be asked in the middle of a run, whose prints go on.
    return this.#idle.during(async () => (await this.#load()).ask(name, params));
  }

  /** Ends the process; the next question starts another one. */
  kill(): void {
    this.#engine?.kill();
  }

  dispose(): void {
    this.#idle.dispose();
    this.#engine?.dispose();
    this.#engine = null;
  }

  #end(): void {
    if (!this.isRunning) return;
    log.info(`Nobody asked about ${basename(this.model.path)} for a while: its engine process ends.`);
    this.kill();
  }

  async #during<T>(
    { token, unwanted, onProgress, onTrace }: Asked,
    question: (engine: Engine, asking: Asking) => Promise<T>,
  ): Promise<T> {
    const { signal, dispose } = signalOf(token);
    const asking: Asking = {
      signal,
      ...(unwanted && { unwanted }),
      ...(onProgress && { onProgress }),
      ...(onTrace && { onTrace }),
    };
    try {
      return await this.#idle.during(async () => question(await this.#load(), asking));
    } finally {
      dispose();
      this.#printed.end();
    }
  }

  async #load(): Promise<Engine> {
    // Whatever asks, and by whatever way.
    if (!vscode.workspace.isTrusted) throw new Error(trustMessage);
    const nodePath = readSetting("gradlens.nodePath", this.model);
    if (this.#engine && nodePath === this.#nodePath) return this.#engine;
    this.dispose();
    const { Engine } = await import("../engine/runner/client");
    const root = vscode.workspace.getWorkspaceFolder(this.model)?.uri.fsPath;
    const folder = root ?? dirname(fileOf(this.model));
    const onOutput = (output: OutputParams) => {
      if (this.isHeard) this.#printed.write(output);
    };
    const engine = new Engine({ ...this.files, folder, nodePath, onOutput });
    engine.node.then(
      ({ reason, path }) => log.info(`Models run in ${path} (${reason})`),
      (error: unknown) => log.error(String(error)),
    );
    this.#nodePath = nodePath;
    this.#engine = engine;
    return engine;
  }
}
