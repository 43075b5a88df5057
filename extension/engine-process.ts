/** The engine process of a session: loaded and started when first needed, replaced after a crash or another setting. */
import { dirname } from "node:path";
import { basename } from "node:path/posix";
import * as vscode from "vscode";
import type { Asking, Engine } from "../engine/runner/client";
import type {
  CheckCurveParams,
  CheckCurveResult,
  CheckDetailsParams,
  CheckDetailsResult,
  CheckParams,
  CheckResult,
  OutputParams,
  ProgressParams,
  TraceParams,
  TraceResult,
  ValuesParams,
  ValuesResult,
} from "../engine/runner/protocol";
import { readSetting } from "./config";
import { fileOf } from "./files";
import { IdleEnd } from "./idle";
import { log } from "./log";
import { PrintedLines } from "./printed-lines";
import { trustMessage } from "./trust";

/** A process that nobody asked for so long ends; what it found stays shown. */
const IDLE_MS = 5 * 60_000;

type OnProgress = (progress: ProgressParams) => void;

/** A cancellation token as the engine takes it; `dispose` lets go of the token. */
function signalOf(token: vscode.CancellationToken): { signal: AbortSignal } & vscode.Disposable {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  const subscription = token.onCancellationRequested(() => controller.abort());
  return { signal: controller.signal, dispose: () => subscription.dispose() };
}

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
    /** Path of the bundled engine process. */
    private readonly script: string,
    private readonly model: vscode.Uri,
  ) {}

  get isRunning(): boolean {
    return this.#engine?.isRunning ?? false;
  }

  /** Whether questions about the last run can be answered. */
  get hasTape(): boolean {
    return this.#engine?.hasTape ?? false;
  }

  async trace(
    params: TraceParams,
    token: vscode.CancellationToken,
    onProgress: OnProgress,
  ): Promise<TraceResult> {
    return this.#ask(token, onProgress, (engine, asking) => engine.trace(params, asking));
  }

  async check(
    params: CheckParams,
    token: vscode.CancellationToken,
    onProgress: OnProgress,
  ): Promise<CheckResult> {
    return this.#ask(token, onProgress, (engine, asking) => engine.check(params, asking));
  }

  async checkDetails(
    params: CheckDetailsParams,
    token: vscode.CancellationToken,
  ): Promise<CheckDetailsResult> {
    return this.#ask(
      token,
      () => undefined,
      (engine, asking) => engine.checkDetails(params, asking),
    );
  }

  async checkCurve(params: CheckCurveParams, token: vscode.CancellationToken): Promise<CheckCurveResult> {
    return this.#ask(
      token,
      () => undefined,
      (engine, asking) => engine.checkCurve(params, asking),
    );
  }

  async values(params: ValuesParams): Promise<ValuesResult> {
    return this.#idle.during(async () => (await this.#load()).values(params));
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

  async #ask<T>(
    token: vscode.CancellationToken,
    onProgress: OnProgress,
    question: (engine: Engine, asking: Asking) => Promise<T>,
  ): Promise<T> {
    const { signal, dispose } = signalOf(token);
    try {
      return await this.#idle.during(async () => question(await this.#load(), { signal, onProgress }));
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
    const onOutput = (output: OutputParams) => this.#printed.write(output);
    const engine = new Engine({ script: this.script, folder, nodePath, onOutput });
    engine.node.then(
      ({ reason, path }) => log.info(`Models run in ${path} (${reason})`),
      (error: unknown) => log.error(String(error)),
    );
    this.#nodePath = nodePath;
    this.#engine = engine;
    return engine;
  }
}
