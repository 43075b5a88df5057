/** Reads texts in a thread of its own, one after the other, each within a limit of time. */
import { Worker } from "node:worker_threads";
import type { Reading, ReadingAnswer, ReadingRequest } from "./contract";

export interface ReaderOptions {
  /** The bundled worker. */
  readonly script: string;
  /** A text that takes longer ends its thread. */
  readonly limitMs: number;
  /** A thread that nobody asked for so long ends. */
  readonly idleMs: number;
}

/** A text that cannot be read is null; `late` is one that took too long, or more memory than there is. */
export type ReaderResult = { readonly reading: Reading | null } | { readonly late: string };

interface Waiting {
  request: ReadingRequest;
  readonly answers: ((result: ReaderResult) => void)[];
}

/** A text that is larger is not worth a thread's time. */
const LONGEST_TEXT = 3_000_000;
const MEMORY_MIB = 512;

export class Reader {
  #worker: Worker | null = null;
  /** The texts that wait, by file: only the latest of each. */
  readonly #waiting = new Map<string, Waiting>();
  #current: Waiting | null = null;
  #limit: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(private readonly options: ReaderOptions) {}

  /** Whether there is a thread. */
  get isRunning(): boolean {
    return this.#worker !== null;
  }

  /** Reads a text; who asked for an older text of the same file that still waits gets this one's answer. Never rejects. */
  read(text: string, file: string): Promise<ReaderResult> {
    if (text.length > LONGEST_TEXT) return Promise.resolve({ late: `it has ${text.length} characters` });
    return new Promise((resolve) => {
      const known = this.#waiting.get(file);
      const request = { text, file };
      if (known) {
        known.request = request;
        known.answers.push(resolve);
      } else this.#waiting.set(file, { request, answers: [resolve] });
      this.#next();
    });
  }

  dispose(): void {
    this.#end();
    for (const { answers } of [...this.#waiting.values(), ...(this.#current ? [this.#current] : [])])
      for (const answer of answers) answer({ late: "the window is closing" });
    this.#waiting.clear();
    this.#current = null;
  }

  #next(): void {
    if (this.#current) return;
    const [first] = this.#waiting;
    clearTimeout(this.#idle);
    if (!first) {
      this.#idle = setTimeout(() => this.#end(), this.options.idleMs);
      this.#idle.unref();
      return;
    }
    const [file, waiting] = first;
    this.#waiting.delete(file);
    this.#current = waiting;
    const { limitMs } = this.options;
    const late = () => this.#fail(`it took longer than ${limitMs / 1000} s`);
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage(waiting.request);
      this.#limit = setTimeout(late, limitMs);
    } catch (error) {
      this.#fail(`no thread could be started: ${error}`);
    }
  }

  #start(): Worker {
    const worker = new Worker(this.options.script, {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
    });
    worker.unref();
    worker.on("message", (answer: ReadingAnswer) => {
      if (worker !== this.#worker) return;
      if ("error" in answer) this.#fail(answer.error);
      else this.#settle({ reading: answer.reading });
    });
    worker.on("error", (error) => worker === this.#worker && this.#fail(error.message));
    worker.on("exit", () => worker === this.#worker && this.#fail("its thread ended"));
    return worker;
  }

  #fail(why: string): void {
    this.#end();
    this.#settle({ late: why });
  }

  #settle(result: ReaderResult): void {
    clearTimeout(this.#limit);
    const current = this.#current;
    this.#current = null;
    for (const answer of current?.answers ?? []) answer(result);
    this.#next();
  }

  #end(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = null;
    worker?.terminate();
  }
}
