/** The engine process for those who ask it: starts it when needed, keeps the limits from outside, cancels by ending it. */
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { traced } from "../report/answer-forms";
import { oneOrOther } from "../report/forms";
import type { OpenReport } from "../report/open-bytes";
import {
  BUDGET_GRACE_MS,
  type CheckParams,
  type CheckResult,
  DEFAULT_BUDGET_MS,
  isFailed,
  type TraceParams,
  type TraceResult,
} from "../report/questions";
import type { Failure } from "../report/report";
import type { Answered, LaterRequest, Params } from "../report/requests";
import { isWork } from "../report/work";
import { formOf, hold, isTrace, openAnswer, openDiagnosis } from "./client-answers";
import { cancelled, tooLong } from "./client-failures";
import { type EndAnswer, EngineChild } from "./engine-child";
import { noRun } from "./no-run";
import { chooseNode, type NodeChoice } from "./node-choice";
import type { OutputParams, ProgressParams } from "./protocol";
import { reportMs } from "./time-limit";

export interface EngineOptions {
  /** Path of the bundled engine process, dist/engine.js. */
  readonly script: string;
  /** Working folder of the model: where relative paths of its file accesses begin. */
  readonly folder: string;
  /** Node to run it with; empty: the best there is. */
  readonly nodePath?: string;
  /** Folder where its process keeps what V8 compiled of it, so that the next one starts sooner; nowhere when left out. */
  readonly codeCache?: string | undefined;
  readonly onOutput?: (output: OutputParams) => void;
  /** How long after its limit a run may take to say where it was, before the process is ended; 750 ms. */
  readonly graceMs?: number;
  /** How long a check that is cancelled may take to stop by itself, which keeps its tape and what was compared; 150 ms. */
  readonly patienceMs?: number;
  /** How long the process may take until it answers for the first time; a minute. */
  readonly startMs?: number;
}

export interface Asking {
  /** Ends the run (at once) or the check (between two elements); a process that goes on nevertheless is ended. */
  readonly signal?: AbortSignal;
  /** Nobody waits for the answer any more: work ends when it can, and the run is kept. */
  readonly unwanted?: AbortSignal;
  readonly onProgress?: (progress: ProgressParams) => void;
  /** Takes the trace of a run as soon as it is there: its diagnosis follows with the result. */
  readonly onTrace?: ((report: OpenReport) => void) | undefined;
}

/** How long an answer may take. */
interface TimeLimit {
  readonly ms: number;
  /**
   * How long from the first progress on, which tells that the model is done; nothing puts the end off again. Left out for
   * a check, which keeps its own budget and may have waited for another one.
   */
  readonly last?: number;
  readonly failure: Failure;
}

const GRACE_MS = 750;
/** The first use of a GPU takes this long at most; it does not count as time of the run. */
const GPU_START_MS = 20_000;
/** The end of a process is known this long after its connection broke. */
const LATE_MS = 500;
/** Whoever stops a check sees it end within 200 ms. */
const PATIENCE_MS = 150;

export class Engine {
  #child: EngineChild | null = null;
  #choice: Promise<NodeChoice> | null = null;
  #budgetMs = DEFAULT_BUDGET_MS;

  constructor(readonly options: EngineOptions) {}

  /** True while there is a process, with or without a run in it. */
  get isRunning(): boolean {
    return this.#child?.isRunning ?? false;
  }

  /** True when questions about the last run can be answered. */
  hasTape = false;

  /** Which Node runs the process and why. */
  get node(): Promise<NodeChoice> {
    this.#choice ??= chooseNode(this.options.nodePath);
    return this.#choice;
  }

  /**
   * Runs a model file and diagnoses the run. Never rejects for what a model does; each way to fail is a `Failure`, also of
   * the diagnosis alone.
   */
  async trace(params: TraceParams, asking: Asking = {}): Promise<TraceResult> {
    if (asking.signal?.aborted) return { failure: cancelled() };
    const { memoryMiB, timeoutMs } = params.limits;
    this.hasTape = false;
    const child = await this.#ready(memoryMiB);
    const onAbort = () => child.kill(cancelled());
    const send = (): Promise<EndAnswer> => child.connection.sendRequest("trace", params);
    const moreMs = params.device === "gpu" ? GPU_START_MS : 0;
    const limit = { ms: timeoutMs + moreMs, last: reportMs(timeoutMs), failure: tooLong("run", timeoutMs) };
    const answer = await this.#wait(child, send, asking, onAbort, limit);
    const result = openAnswer(hold(answer, formOf("trace"), child), child);
    this.hasTape = child.isRunning && "report" in result;
    if (isFailed(result) || !result.report.isUndiagnosed) return result;
    asking.onTrace?.(result.report);
    return this.#diagnose(result.report, child, timeoutMs, asking);
  }

  async #diagnose(
    report: OpenReport,
    child: EngineChild,
    timeoutMs: number,
    { signal, unwanted }: Asking,
  ): Promise<TraceResult> {
    const asking = { ...(signal && { signal }), ...(unwanted && { unwanted }) };
    const ms = reportMs(timeoutMs);
    const limit = { ms, failure: tooLong("diagnosis", ms) };
    // What ended the process is what is to be told.
    const answer = child.isRunning ? await this.#ask("diagnose", {}, asking, limit) : await child.ended;
    if (isFailed(answer)) return answer;
    if (isTrace(answer)) return { failure: noRun() };
    return openDiagnosis(report, answer, child);
  }

  /** Checks gradients of the last run. A check that is cancelled gives what was checked by then. */
  check(params: CheckParams, asking: Asking = {}): Promise<CheckResult> {
    this.#budgetMs = params.settings?.budgetMs ?? DEFAULT_BUDGET_MS;
    return this.#ask("check", params, asking, this.#budget);
  }

  /** Asks about the last run. Never rejects: what cannot be answered gives a `Failure`. */
  ask<N extends LaterRequest>(name: N, params: Params<N>, asking: Asking = {}): Promise<Answered<N>> {
    return this.#ask(name, params, asking, this.#budget);
  }

  get #budget(): TimeLimit {
    return { ms: this.#budgetMs + BUDGET_GRACE_MS, failure: tooLong("check", this.#budgetMs) };
  }

  /** Ends the process; what it knew is gone. */
  kill(): void {
    this.#child?.kill(cancelled());
    this.#child = null;
    this.hasTape = false;
  }

  dispose(): void {
    this.kill();
  }

  async #ask<N extends LaterRequest | "check" | "diagnose">(
    name: N,
    params: Params<N>,
    asking: Asking,
    limit: TimeLimit,
  ): Promise<Answered<N>> {
    const child = this.#child;
    if (asking.signal?.aborted || asking.unwanted?.aborted) return { failure: cancelled() };
    if (!child?.isRunning || !this.hasTape) return { failure: noRun() };
    const source = new CancellationTokenSource();
    const send = (): Promise<Answered<N>> => child.connection.sendRequest(name, params, source.token);
    const answer = isWork[name]
      ? await this.#work(child, send, asking, source, limit)
      : await Promise.race([child.ended, send().catch((error: unknown) => this.#broken(child, error))]);
    // A process that ends in the middle of its work leaves a report.
    const result: Answered<N> | EndAnswer = hold(answer, oneOrOther(formOf(name), traced), child);
    this.hasTape &&= child.isRunning;
    if (!isTrace(result)) return result;
    const opened = openAnswer(result, child);
    return { failure: ("report" in opened ? opened.report.failure : opened.failure) ?? noRun() };
  }

  /** Work on the last run that stops when asked to; a process that does not is ended. */
  async #work<R extends object>(
    child: EngineChild,
    send: () => Promise<R>,
    asking: Asking,
    source: CancellationTokenSource,
    limit: TimeLimit,
  ): Promise<R | EndAnswer> {
    const { patienceMs = PATIENCE_MS } = this.options;
    let patience: NodeJS.Timeout | undefined;
    const onAbort = () => {
      source.cancel();
      patience = setTimeout(() => child.kill(cancelled()), patienceMs);
    };
    const onUnwanted = () => source.cancel();
    asking.unwanted?.addEventListener("abort", onUnwanted);
    try {
      return await this.#wait(child, send, asking, onAbort, limit);
    } finally {
      asking.unwanted?.removeEventListener("abort", onUnwanted);
      clearTimeout(patience);
    }
  }

  async #ready(memoryMiB: number): Promise<EngineChild> {
    const { graceMs = GRACE_MS, onOutput = () => undefined } = this.options;
    const old = this.#child;
    if (old?.isRunning && old.retired === null && old.options.memoryMiB === memoryMiB) return old;
    const node = await this.node;
    old?.kill(cancelled());
    this.#child = new EngineChild({ ...this.options, node, memoryMiB, graceMs, onOutput });
    return this.#child;
  }

  /** Sends a request and waits for its answer, the end of the process, or the limit. */
  async #wait<R>(
    child: EngineChild,
    send: () => Promise<R>,
    { signal, onProgress }: Asking,
    onAbort: () => void,
    limit: TimeLimit,
  ): Promise<R | EndAnswer> {
    const { graceMs = GRACE_MS } = this.options;
    let alarm: NodeJS.Timeout | undefined;
    let deadline = 0;
    const arm = (ms: number) => {
      clearTimeout(alarm);
      deadline = Math.max(deadline, Date.now() + ms + graceMs);
      alarm = setTimeout(() => child.kill(limit.failure), deadline - Date.now());
    };
    let isLast = false;
    child.onProgress = (progress) => {
      if (limit.last === undefined) arm(limit.ms);
      else if (!isLast) arm(limit.last);
      isLast = true;
      onProgress?.(progress);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      await Promise.race([child.started, child.ended]);
      if (!child.isRunning) return await child.ended;
      arm(limit.ms);
      const answer = send();
      const ended = child.ended;
      // A connection that breaks rejects the answer a moment before the process is seen to end.
      return await Promise.race([ended, answer.catch((error: unknown) => this.#broken(child, error))]);
    } finally {
      clearTimeout(alarm);
      signal?.removeEventListener("abort", onAbort);
      child.onProgress = null;
    }
  }

  /** A request that was rejected: its process is replaced, whatever it was. */
  async #broken(child: EngineChild, error: unknown): Promise<EndAnswer> {
    child.retired = "a request failed";
    // Nobody waits for this clock once the end is known: a command line is to exit then.
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), LATE_MS).unref());
    const end = await Promise.race([child.ended, late]);
    if (end) return end;
    const message = error instanceof Error ? error.message : String(error);
    return { failure: { kind: "internal", message, hint: null, site: null, stack: [] } };
  }
}
