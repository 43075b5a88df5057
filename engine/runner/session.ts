/** What the engine process does for its client: one run at a time, and questions about the last one. */
import type { CancellationToken } from "vscode-jsonrpc";
import { encodeTrace } from "../report/codec";
import type { Failed, TraceAnswer, TraceParams } from "../report/questions";
import type { Device, Failure } from "../report/report";
import type { Answered, Params, RequestName } from "../report/requests";
import { finish, type Recorded } from "../tracing/recorded";
import { changedForGood, changedHint, lastSite } from "./calls";
import { type CheckAsked, CheckSession } from "./check-session";
import { collectGarbage } from "./collector";
import { openDevice } from "./device";
import { takeExit } from "./exits";
import { failureOf } from "./failure";
import { answerInBase64, stoppedAt } from "./interrupt";
import { LastRun } from "./last-run";
import {
  diagnosisWith,
  explainLimit,
  type Limited,
  runWith,
  waitingTooLong,
  watchFor,
} from "./limit-failures";
import { limitMemory } from "./memory";
import { ModelRun } from "./model-run";
import { ModelSources } from "./model-sources";
import { noRun } from "./no-run";
import { showOriginalFunctions } from "./original-functions";
import { showOriginalPlaces } from "./original-stacks";
import { ProcessState, type StateObserver } from "./process-state";
import { reportMs } from "./time-limit";
import { again, type FileSites, type Interrupt, type Watch } from "./watch";

export interface Client extends StateObserver {
  watch(order: Watch | null): void;
  compiled(sites: FileSites): void;
  /** The process cannot go on: it is ended, and this is its answer. */
  end(failure: Failure): void;
  progress(message: string, fraction: number | null): void;
}

type Answering<N extends RequestName> = (
  params: Params<N>,
  token: CancellationToken,
) => Answered<N> | Promise<Answered<N>>;

// Taken before a model can change it.
const race = Promise.race.bind(Promise);

export class EngineSession {
  readonly #sources: ModelSources;
  readonly #state: ProcessState;
  #running: ModelRun | null = null;
  /** Of what runs now, or ran last. */
  #limits: Limited | null = null;
  #last: LastRun | null = null;
  /** What the watchdog was told; its report comes a moment later. */
  #stopped: Failure | null = null;
  #interrupt: ((failure: Failure) => void) | null = null;

  constructor(private readonly client: Client) {
    this.#state = new ProcessState(client);
    this.#sources = new ModelSources((sites) => client.compiled(sites));
    showOriginalPlaces((name) => this.#sources.find(name));
    showOriginalFunctions(() => this.#sources.files);
  }

  async trace(params: TraceParams): Promise<TraceAnswer | Failed> {
    this.#last = null;
    const device = await openDevice(params.device);
    const run = new ModelRun(params, this.#sources, () => this.#repair());
    this.#running = run;
    this.#begin(runWith(params.limits));
    const failure = await this.#finish(run);
    this.client.watch(watchFor({ ...runWith(params.limits), ms: reportMs(params.limits.timeoutMs) }));
    this.client.progress("Making the report", null);
    return this.#close(run, device(), failure);
  }

  /** What answers each question; a rejection is a fault of ours. */
  readonly answers: { readonly [N in RequestName]: Answering<N> } = {
    trace: (params) => this.trace(params),
    diagnose: (_, token) =>
      this.#ask(
        token,
        ({ limits }) => diagnosisWith(limits),
        (last, asked) => last.diagnose(asked),
      ),
    check: ({ target, settings = {} }, token) =>
      this.#check(token, settings.budgetMs, (checks, asked) => checks.check(target, settings, asked)),
    checkDetails: (params, token) =>
      this.#check(token, undefined, (checks, asked) => checks.details(params, asked)),
    checkCurve: (params, token) =>
      this.#check(token, undefined, (checks, asked) => checks.curve(params, asked)),
    values: (params) => this.#tell((last) => last.values(params)),
    histograms: (params) => this.#tell((last) => last.histograms(params)),
    precision: (params) => this.#tell((last) => last.precision(params)),
    save: (params) => this.#tell((last) => last.save(this.#sources.files, params)),
  };

  /** What is known of the last run; what goes wrong is a value. */
  #tell<A extends object>(ask: (last: LastRun) => A | Failed): A | Failed {
    if (!this.#last) return { failure: noRun() };
    try {
      return ask(this.#last);
    } catch (error) {
      return { failure: failureOf(error, this.#sources, 0) };
    }
  }

  /** An exception that reached no handler: the run is over, if there is one. */
  fail(error: unknown, hint: string | null): void {
    if (!this.#running || !this.#interrupt) return;
    const failure = this.#explain(this.#running, error);
    this.#interrupt({ ...failure, hint: failure.hint ?? hint });
  }

  /** What the watchdog asks; see there. */
  readonly interrupt: Interrupt = {
    stop: (kind, frames, isLast) => {
      const limits = this.#limits;
      if (!limits || (kind === "memory" && this.#fitsAfterCollecting(limits))) return null;
      this.#state.restore();
      const stopped = stoppedAt(frames, this.#sources, explainLimit(kind, limits));
      if (stopped.site === null && this.#interrupt !== null && !isLast) return again;
      // The call before is the nearest place that there is.
      this.#stopped = { ...stopped, site: stopped.site ?? this.#sources.site(lastSite()) };
      return answerInBase64({ failure: this.#stopped });
    },
    report: () => {
      const run = this.#running;
      if (!run || run.tape.count === 0) return null;
      const device: Device = { requested: run.params.device, used: "cpu", reason: "the run was stopped" };
      return answerInBase64(answerOf(finish(run.result(device, this.#stopped).recorded.diagnose())));
    },
  };

  /** A check, within a budget, that of the last one when left out. */
  #check<R>(
    token: CancellationToken,
    budgetMs: number | undefined,
    work: (checks: CheckSession, asked: CheckAsked) => Promise<R>,
  ): Promise<R | Failed> {
    const limited = ({ checks, limits: { memoryMiB } }: LastRun): Limited => {
      return { what: "check", ms: budgetMs ?? checks.budgetMs, memoryMiB };
    };
    return this.#ask(token, limited, ({ checks }, asked) => work(checks, asked));
  }

  /** Work on the last run, within limits; what goes wrong is a value. */
  async #ask<R>(
    token: CancellationToken,
    limited: (last: LastRun) => Limited,
    work: (last: LastRun, asked: CheckAsked) => Promise<R>,
  ): Promise<R | Failed> {
    const last = this.#last;
    if (!last) return { failure: noRun() };
    this.#begin(limited(last));
    try {
      const onProgress = (message: string, fraction: number) => this.client.progress(message, fraction);
      return await work(last, { onProgress, isCancelled: () => token.isCancellationRequested });
    } catch (error) {
      if (token.isCancellationRequested)
        return { failure: { kind: "cancelled", message: "Cancelled", hint: null, site: null, stack: [] } };
      return { failure: failureOf(error, this.#sources, 0) };
    } finally {
      this.client.watch(null);
    }
  }

  #begin(limits: Limited): void {
    this.#limits = limits;
    limitMemory(limits.memoryMiB);
    this.client.watch(watchFor(limits));
  }

  /** Runs the model to its end; gives what ended it early. */
  async #finish(run: ModelRun): Promise<Failure | null> {
    this.#state.begin();
    const interrupted = new Promise<Failure>((resolve) => {
      this.#interrupt = resolve;
    });
    const { limits } = run.params;
    const alarm = setTimeout(
      () => this.#interrupt?.(waitingTooLong(limits, this.#sources)),
      limits.timeoutMs,
    );
    let isDone = false;
    const work = async () => {
      const failure = await this.#execute(run);
      isDone = true;
      return failure;
    };
    const failure = await race([work(), interrupted]);
    clearTimeout(alarm);
    this.#interrupt = null;
    const exit = takeExit();
    this.#state.end(isDone);
    return exit ? run.explain(exit) : failure;
  }

  async #execute(run: ModelRun): Promise<Failure | null> {
    try {
      await this.#state.run(() => run.run());
      this.#state.restore();
      // Rejections that nobody handles are told in a later turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      return null;
    } catch (error) {
      return this.#explain(run, error);
    }
  }

  #repair(): readonly string[] {
    const replaced = this.#state.repair();
    if (this.#state.stuck.length > 0) this.#giveUp(this.#state.stuck);
    return replaced;
  }

  /** Nothing can be relied on from here on, not even that an answer is sent: the other thread sends it. */
  #giveUp(stuck: readonly string[]): Failure {
    const failure = changedForGood(stuck).toFailure(this.#sources.site(lastSite()));
    this.client.end(failure);
    return failure;
  }

  /** What is wrong, from an exception that the model may have caused in the engine by what it did to JavaScript. */
  #explain(run: ModelRun, error: unknown): Failure {
    const changed = this.#state.restore();
    if (this.#state.stuck.length > 0)
      return changedForGood(this.#state.stuck).toFailure(this.#sources.site(lastSite()));
    const failure = run.explain(error);
    return changed.length === 0 ? failure : { ...failure, hint: changedHint(changed) };
  }

  #close(run: ModelRun, device: Device, failure: Failure | null): TraceAnswer | Failed {
    try {
      if (failure && (run.tape.count === 0 || this.#state.stuck.length > 0)) return { failure };
      const { run: kept, recorded } = run.result(device, failure);
      const checks = new CheckSession(kept, (error) => failureOf(error, this.#sources, 0));
      this.#last = new LastRun(recorded, checks, run.params.limits);
      return answerOf(recorded);
    } catch (error) {
      return { failure: failure ?? this.#explain(run, error) };
    } finally {
      this.client.watch(null);
      this.#running = null;
    }
  }

  #fitsAfterCollecting(limits: Limited): boolean {
    collectGarbage();
    const watch = watchFor(limits);
    const fits = process.memoryUsage.rss() < watch.maxBytes;
    if (fits) this.client.watch(watch);
    return fits;
  }
}

function answerOf({ trace }: Recorded): TraceAnswer {
  return { trace: encodeTrace(trace) };
}
