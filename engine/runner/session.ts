/** What the engine process does for its client: one run at a time, and questions about the last one. */
import type { CancellationToken } from "vscode-jsonrpc";
import type { Built } from "../build-report";
import { checkGradients } from "../check";
import type { Device, Failure, Stats } from "../report";
import type { Run } from "../run";
import { statsOf } from "../stats";
import type { Tensor } from "../tensor";
import { openDevice } from "./device";
import { takeExit } from "./exits";
import { failureOf } from "./failure";
import { restoreGlobals, saveGlobals } from "./globals";
import { answerInBase64, stoppedAt } from "./interrupt";
import { activeResources, clearTimers, grown, withTimers } from "./leftovers";
import { restoreListeners, saveListeners } from "./listeners";
import { collectGarbage, limitMemory, memoryHint, showBytes } from "./memory";
import { ModelRun } from "./model-run";
import { ModelSources } from "./model-sources";
import type {
  CheckParams,
  CheckResult,
  Limits,
  StatsParams,
  TraceParams,
  TraceResult,
  ValuesParams,
  ValuesResult,
} from "./protocol";
import { lastSite } from "./runtime";
import { showSeconds, timeoutHint } from "./time-limit";
import type { Interrupt, LimitKind, Watch } from "./watch";

export interface Client {
  watch(order: Watch | null): void;
  progress(message: string, fraction: number | null): void;
  retire(reason: string): void;
  print(text: string): void;
}

const race = Promise.race.bind(Promise);

/** Node itself, its compiled code and what the engine brings. */
const BASE_BYTES = 256 * 2 ** 20;

export class Session {
  readonly #sources = new ModelSources();
  readonly #globals = saveGlobals();
  #listeners: ReturnType<typeof saveListeners> | null = null;
  readonly #folder = process.cwd();
  #running: ModelRun | null = null;
  #limits: Limits | null = null;
  #last: { readonly run: Run; readonly built: Built } | null = null;
  #stopped: Failure | null = null;
  #interrupt: ((failure: Failure) => void) | null = null;

  constructor(private readonly client: Client) {}

  async trace(params: TraceParams): Promise<TraceResult> {
    this.#last = null;
    this.#listeners ??= saveListeners();
    const device = await openDevice(params.device);
    const run = new ModelRun(params, this.#sources);
    this.#running = run;
    this.#begin(params.limits);
    const failure = await this.#finish(run);
    this.client.watch(watchFor(params.limits));
    this.client.progress("Making the report", null);
    return this.#close(run, device(), failure);
  }

  async check({ target }: CheckParams, token: CancellationToken): Promise<CheckResult> {
    const limits = this.#limits;
    if (!this.#last || !limits) return { failure: noRun() };
    this.#begin(limits);
    try {
      const onProgress = (message: string, fraction: number) => {
        this.client.watch(watchFor(limits));
        this.client.progress(message, fraction);
      };
      const isCancelled = () => token.isCancellationRequested;
      return { checks: await checkGradients(this.#last.run, target, { onProgress, isCancelled }) };
    } catch (error) {
      return { failure: failureOf(error, this.#sources, 0) };
    } finally {
      this.client.watch(null);
    }
  }

  values({ node, of, start, count }: ValuesParams): ValuesResult {
    const tensor = this.#tensor(node, of);
    if (!tensor) return { values: new Float64Array(), shape: [] };
    return { values: Float64Array.from(tensor.data.slice(start, start + count)), shape: tensor.shape };
  }

  stats({ node, of }: StatsParams): Stats | null {
    const tensor = this.#tensor(node, of);
    return tensor ? statsOf(tensor) : null;
  }

  /** An exception that reached no handler: the run is over, if there is one. */
  fail(error: unknown, hint: string | null): void {
    if (!this.#running || !this.#interrupt) return;
    this.#restore();
    const failure = this.#running.explain(error);
    this.#interrupt({ ...failure, hint: failure.hint ?? hint });
  }

  /** What the watchdog asks; see there. */
  readonly interrupt: Interrupt = {
    stop: (kind, frames) => {
      const limits = this.#limits;
      if (!limits || (kind === "memory" && this.#fitsAfterCollecting(limits))) return null;
      restoreGlobals(this.#globals);
      this.#stopped = stoppedAt(frames, this.#sources, explainLimit(kind, limits));
      return answerInBase64({ failure: this.#stopped });
    },
    report: () => {
      const run = this.#running;
      if (!run || run.tape.count === 0) return null;
      const device: Device = { requested: run.params.device, used: "cpu", reason: "the run was stopped" };
      return answerInBase64({ report: run.result(device, this.#stopped).built.report });
    },
  };

  #begin(limits: Limits): void {
    this.#limits = limits;
    limitMemory(limits.memoryMiB);
    this.client.watch(watchFor(limits));
  }

  /** Runs the model to its end; gives what ended it early. */
  async #finish(run: ModelRun): Promise<Failure | null> {
    const timers = new Map<object, () => void>();
    const resources = activeResources();
    const interrupted = new Promise<Failure>((resolve) => {
      this.#interrupt = resolve;
    });
    const alarm = setTimeout(() => this.#interrupt?.(this.#waiting(run)), run.params.limits.timeoutMs);
    let ended = false;
    const work = async () => {
      const failure = await this.#execute(run, timers);
      ended = true;
      return failure;
    };
    const failure = await race([work(), interrupted]);
    clearTimeout(alarm);
    this.#interrupt = null;
    const exit = takeExit();
    this.#tidy(timers, resources, ended);
    return exit ? run.explain(exit) : failure;
  }

  async #execute(run: ModelRun, timers: Map<object, () => void>): Promise<Failure | null> {
    try {
      await withTimers(timers, () => run.run());
      // Rejections that nobody handles are told in a later turn of the event loop.
      await nextTurn();
      return null;
    } catch (error) {
      this.#restore();
      return run.explain(error);
    }
  }

  /** Takes back what the model changed in JavaScript's own objects, before anything else runs here. */
  #restore(): void {
    const changed = restoreGlobals(this.#globals);
    if (this.#listeners && restoreListeners(this.#listeners)) {
      this.client.retire("the model changed the listeners of its process");
    }
    if (changed.length === 0) return;
    this.client.print(`The model changed ${listed(changed)}; that was put back.\n`);
    this.client.retire("the model changed built-in objects");
  }

  #tidy(timers: Map<object, () => void>, resources: ReadonlyMap<string, number>, ended: boolean): void {
    this.#restore();
    const left = grown(resources, activeResources());
    if (process.cwd() !== this.#folder) process.chdir(this.#folder);
    if (clearTimers(timers) > 0) {
      this.client.print("Timers of the model still ran when it was done; they were stopped.\n");
    }
    if (left.length > 0) this.client.retire(`the model left ${left.join(", ")} open`);
    else if (!ended) this.client.retire("the model may still be running");
  }

  #close(run: ModelRun, device: Device, failure: Failure | null): TraceResult {
    try {
      if (failure && run.tape.count === 0) return { failure };
      this.#last = run.result(device, failure);
      return { report: this.#last.built.report };
    } finally {
      this.client.watch(null);
      this.#running = null;
    }
  }

  /** The failure of a run that waits for a promise. */
  #waiting(run: ModelRun): Failure {
    const { timeoutMs } = run.params.limits;
    return {
      kind: "timeout",
      message: `The run took longer than its limit of ${showSeconds(timeoutMs)}: it waits for a promise that does not settle`,
      hint: "the last call before it waited is marked",
      site: this.#sources.site(lastSite()),
      stack: [],
    };
  }

  #fitsAfterCollecting({ memoryMiB }: Limits): boolean {
    collectGarbage();
    const fits = process.memoryUsage.rss() < memoryMiB * 2 ** 20 + BASE_BYTES;
    if (fits && this.#limits) this.client.watch(watchFor(this.#limits));
    return fits;
  }

  #tensor(node: number, of: "value" | "grad"): Tensor | null {
    const built = this.#last?.built;
    return (of === "value" ? built?.tensors[node] : built?.gradOf(node)) ?? null;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function watchFor({ timeoutMs, memoryMiB }: Limits): Watch {
  return { deadline: Date.now() + timeoutMs, maxBytes: memoryMiB * 2 ** 20 + BASE_BYTES };
}

function explainLimit(kind: LimitKind, { timeoutMs, memoryMiB }: Limits) {
  return kind === "timeout"
    ? { kind, message: `The run took longer than its limit of ${showSeconds(timeoutMs)}`, hint: timeoutHint }
    : {
        kind,
        message: `The run needs more memory than its limit of ${showBytes(memoryMiB * 2 ** 20)}`,
        hint: memoryHint,
      };
}

function noRun(): Failure {
  return {
    kind: "internal",
    message: "There is no run to ask about",
    hint: "run Trace Backprop first",
    site: null,
    stack: [],
  };
}

function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}
