/** The engine process for those who ask it: starts it when needed, keeps the limits from outside, cancels by ending it. */
import { CancellationTokenSource, type RequestType } from "vscode-jsonrpc/node";
import type { Failure, Report, Stats } from "../report/report";
import {
  checkResult,
  curveResult,
  detailsResult,
  statsResult,
  traceResult,
  valuesResult,
} from "./answer-forms";
import { EngineChild } from "./engine-child";
import { type Form, fits, oneOrOther } from "./forms";
import { chooseNode, type NodeChoice } from "./node-choice";
import {
  BUDGET_GRACE_MS,
  type CheckCurveParams,
  type CheckCurveResult,
  type CheckDetailsParams,
  type CheckDetailsResult,
  type CheckParams,
  type CheckResult,
  checkCurveRequest,
  checkDetailsRequest,
  checkRequest,
  DEFAULT_BUDGET_MS,
  type OutputParams,
  type ProgressParams,
  type StatsParams,
  statsRequest,
  type TraceParams,
  type TraceResult,
  traceRequest,
  type ValuesParams,
  type ValuesResult,
  valuesRequest,
} from "./protocol";
import { budgetHint, reportMs, showSeconds, timeoutHint } from "./time-limit";

export interface EngineOptions {
  /** Path of the bundled engine process, dist/engine.js. */
  readonly script: string;
  /** Working folder of the model: where relative paths of its file accesses begin. */
  readonly folder: string;
  /** Node to run it with; empty: the best there is. */
  readonly nodePath?: string;
  readonly onOutput?: (output: OutputParams) => void;
  /** How long after its limit a run may take to say where it was, before the process is ended; 750 ms. */
  readonly graceMs?: number;
  /** How long a check that is cancelled may take to stop by itself, which keeps its tape and what was compared; 150 ms. */
  readonly patienceMs?: number;
  /** How long the process may take until it answers for the first time; a minute. */
  readonly startMs?: number;
}

export interface Asking {
  /** Ends the run (at once) or the check (between two elements). */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProgressParams) => void;
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

  /** Runs a model file. Never rejects for what a model does; each way to fail is a `Failure`. */
  async trace(params: TraceParams, asking: Asking = {}): Promise<TraceResult> {
    if (asking.signal?.aborted) return { failure: cancelled() };
    const { memoryMiB, timeoutMs } = params.limits;
    this.hasTape = false;
    const child = await this.#ready(memoryMiB);
    const onAbort = () => child.kill(cancelled());
    const send = () => child.connection.sendRequest(traceRequest, params);
    const moreMs = params.device === "gpu" ? GPU_START_MS : 0;
    const limit = { ms: timeoutMs + moreMs, last: reportMs(timeoutMs), failure: outOfTime(timeoutMs) };
    const result = hold(await this.#ask(child, send, asking, onAbort, limit), traceResult, child);
    this.hasTape = child.isRunning && "report" in result;
    return result;
  }

  /** Checks gradients of the last run. A check that is cancelled gives what was checked by then. */
  check(params: CheckParams, asking: Asking = {}): Promise<CheckResult> {
    this.#budgetMs = params.settings?.budgetMs ?? DEFAULT_BUDGET_MS;
    return this.#checking(checkRequest, checkResult, params, asking);
  }

  /** The numbers behind a row of a check. */
  checkDetails(params: CheckDetailsParams, asking: Asking = {}): Promise<CheckDetailsResult> {
    return this.#checking(checkDetailsRequest, detailsResult, params, asking);
  }

  /** The differences of one element over their step. */
  checkCurve(params: CheckCurveParams, asking: Asking = {}): Promise<CheckCurveResult> {
    return this.#checking(checkCurveRequest, curveResult, params, asking);
  }

  /** Elements of a tensor of the last run. @throws when there is no run */
  values(params: ValuesParams): Promise<ValuesResult> {
    return this.#live().connection.sendRequest(valuesRequest, params).then(expect(valuesResult));
  }

  stats(params: StatsParams): Promise<Stats | null> {
    return this.#live().connection.sendRequest(statsRequest, params).then(expect(statsResult));
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

  /** Work on the last run that stops when asked to; a process that does not is ended. */
  async #checking<P, R extends object>(
    request: RequestType<P, R, void>,
    form: Form<R>,
    params: P,
    asking: Asking,
  ): Promise<R | { readonly failure: Failure }> {
    const { patienceMs = PATIENCE_MS } = this.options;
    const child = this.#child;
    if (asking.signal?.aborted) return { failure: cancelled() };
    if (!child?.isRunning || !this.hasTape) return { failure: noRun() };
    const source = new CancellationTokenSource();
    let patience: NodeJS.Timeout | undefined;
    const onAbort = () => {
      source.cancel();
      patience = setTimeout(() => child.kill(cancelled()), patienceMs);
    };
    const send = (): Promise<R> => child.connection.sendRequest(request.method, params, source.token);
    const limit = { ms: this.#budgetMs + BUDGET_GRACE_MS, failure: outOfBudget(this.#budgetMs) };
    const answer = await this.#ask<R>(child, send, asking, onAbort, limit);
    clearTimeout(patience);
    const result: R | TraceResult = hold(answer, oneOrOther(form, traceResult), child);
    this.hasTape &&= child.isRunning;
    return isReport(result) ? { failure: result.report.failure ?? noRun() } : result;
  }

  #live(): EngineChild {
    if (!this.#child?.isRunning || !this.hasTape) throw new Error(noRun().message);
    return this.#child;
  }

  async #ready(memoryMiB: number): Promise<EngineChild> {
    const { script, folder, startMs, graceMs = GRACE_MS, onOutput = () => undefined } = this.options;
    const old = this.#child;
    if (old?.isRunning && old.retired === null && old.options.memoryMiB === memoryMiB) return old;
    const node = await this.node;
    old?.kill(cancelled());
    this.#child = new EngineChild({ script, folder, node, memoryMiB, graceMs, startMs, onOutput });
    return this.#child;
  }

  /** Sends a request and waits for its answer, the end of the process, or the limit. */
  async #ask<R>(
    child: EngineChild,
    send: () => Promise<R>,
    { signal, onProgress }: Asking,
    onAbort: () => void,
    limit: TimeLimit,
  ): Promise<R | TraceResult> {
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
  async #broken(child: EngineChild, error: unknown): Promise<TraceResult> {
    child.retired = "a request failed";
    // Nobody waits for this clock once the end is known: a command line is to exit then.
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), LATE_MS).unref());
    const end = await Promise.race([child.ended, late]);
    if (end) return end;
    const message = error instanceof Error ? error.message : String(error);
    return { failure: { kind: "internal", message, hint: null, site: null, stack: [] } };
  }
}

/** An answer of the right form; a process that gives another one is ended. */
function hold<R>(answer: unknown, form: Form<R>, child: EngineChild): R | { readonly failure: Failure } {
  const misfit = form.misfit(answer);
  if (!misfit) return answer as R;
  const message = misfitText(`answer${misfit.at}`, misfit.expected);
  const failure: Failure = {
    kind: "internal",
    message,
    hint: "the next run starts a new one",
    site: null,
    stack: [],
  };
  child.kill(failure);
  return { failure };
}

/** The same for an answer that is refused by itself. */
function expect<T>(form: Form<T>): (answer: unknown) => T {
  return (answer) => {
    if (!fits(answer, form)) throw new Error(misfitText("answer"));
    return answer;
  };
}

function misfitText(what: string, expected = "what was asked for"): string {
  return `The engine process sent what it should not: ${what.slice(0, 200)} is not ${expected}`;
}

/** What a process leaves that ends in the middle of its work. */
function isReport(result: object): result is { readonly report: Report } {
  return "report" in result;
}

function cancelled(): Failure {
  return { kind: "cancelled", message: "Cancelled", hint: null, site: null, stack: [] };
}

function outOfTime(timeoutMs: number): Failure {
  const message = `The run took longer than its limit of ${showSeconds(timeoutMs)}`;
  return { kind: "timeout", message, hint: timeoutHint, site: null, stack: [] };
}

function outOfBudget(budgetMs: number): Failure {
  const message = `The check did not end within its budget of ${showSeconds(budgetMs)}`;
  return { kind: "timeout", message, hint: budgetHint, site: null, stack: [] };
}

function noRun(): Failure {
  const message = "There is no run to ask about";
  return { kind: "internal", message, hint: "run Trace Backprop first", site: null, stack: [] };
}
