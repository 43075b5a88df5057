/** One engine process as its client sees it: the connection, and why it ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import type { Duplex, Readable } from "node:stream";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { InternalError } from "../core/error";
import { type Form, fits } from "../report/forms";
import type { Failed, TraceAnswer } from "../report/questions";
import type { Failure } from "../report/report";
import { openClientChannel } from "./channel";
import { codeCacheVariable } from "./code-cache";
import { FrameReader, MARK_BYTES } from "./frames";
import { type NodeChoice, neededEnvironment } from "./node-choice";
import { MAX_CHARACTERS } from "./output";
import { stdio } from "./pipes";
import { endGroup, endStrays, hasGroups, runVariable } from "./process-group";
import {
  type Notice,
  type NoticeName,
  notices,
  type OutputParams,
  PING,
  type ProgressParams,
} from "./protocol";
import { showSeconds } from "./time-limit";

export interface ChildOptions {
  /** The bundled engine process. */
  readonly script: string;
  readonly node: NodeChoice;
  /** Working folder of the model. */
  readonly folder: string;
  readonly memoryMiB: number;
  /** Where the process keeps what V8 compiled of it; nowhere when left out. */
  readonly codeCache?: string | undefined;
  /** How long after its limit a run may take to say where it was. */
  readonly graceMs: number;
  /** How long the process may take until it answers for the first time; a minute. */
  readonly startMs?: number | undefined;
  readonly onOutput: (output: OutputParams) => void;
}

const STDERR_KEPT = 8_000;
/** What a process wrote before its end arrives within this time. */
const DRAIN_MS = 100;
const START_MS = 60_000;

/** What a process leaves that ends in the middle of its work. */
export type EndAnswer = TraceAnswer | Failed;

export class EngineChild {
  readonly connection: MessageConnection;
  /** Settles when the process answers for the first time. */
  readonly started: Promise<unknown>;
  /** Settles when the process is gone: with the answer it left, else with a failure that says why. */
  readonly ended: Promise<EndAnswer>;
  onProgress: ((progress: ProgressParams) => void) | null = null;
  /** Set when the process should not run another model. */
  retired: string | null = null;
  isRunning = true;
  readonly #process: ChildProcess;
  readonly #run = randomUUID();
  #killedFor: Failure | null = null;
  #hasStarted = false;
  #stderr = "";
  #lastAnswer: EndAnswer | null = null;

  constructor(readonly options: ChildOptions) {
    this.#process = start(options, this.#run);
    const marks = { toEngine: randomBytes(MARK_BYTES), toClient: randomBytes(MARK_BYTES) };
    // Node's types know of no more pipes than two.
    const pipes: readonly unknown[] = this.#process.stdio;
    const [, prints, errors, answers, from, to] = pipes as readonly Duplex[];
    if (!prints || !errors || !answers || !from || !to)
      throw new InternalError("The engine process has no pipes");
    this.connection = openClientChannel(from, to, marks);
    this.#heed("progress", (params) => this.onProgress?.(params));
    this.#heed("output", (params) => options.onOutput(params));
    this.#heed("retire", ({ reason }) => {
      this.retired = reason;
    });
    // What a broken connection loses is told by the end of the process.
    this.connection.onError(() => undefined);
    this.connection.listen();
    this.#passOn(prints);
    errors.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.subarray(-STDERR_KEPT).toString("utf8")).slice(-STDERR_KEPT);
    });
    this.#takeAnswer(answers, new FrameReader(marks.toClient));
    this.ended = this.#watchEnd();
    const { node, startMs = START_MS } = options;
    const silent = () => this.kill(notStarted(node, `it gave no answer within ${showSeconds(startMs)}`));
    const alarm = setTimeout(silent, startMs);
    this.started = this.connection.sendRequest(PING).then(
      () => {
        this.#hasStarted = true;
        clearTimeout(alarm);
      },
      () => clearTimeout(alarm),
    );
  }

  /** Listens to what the process tells; one that tells what has not its form is to run no other model. */
  #heed<N extends NoticeName>(name: N, listener: (params: Notice<N>) => void): void {
    const form: Form<Notice<N>> = notices[name];
    this.connection.onNotification(name, (params: unknown) => {
      if (fits(params, form)) listener(params);
      else this.retired ??= `its ${name} has not its form`;
    });
  }

  /** Ends the process and all that its model started, at once. */
  kill(reason: Failure): void {
    this.#killedFor ??= reason;
    this.isRunning = false;
    this.#endAll();
  }

  #endAll(): void {
    endGroup(this.#process.pid);
    endStrays(this.#run);
  }

  /** What the model, or what it started, writes to its standard output without asking Node. */
  #passOn(pipe: Readable): void {
    let left = MAX_CHARACTERS;
    pipe.setEncoding("utf8");
    pipe.on("data", (text: string) => {
      if (left > 0) this.options.onOutput({ stream: "stdout", text: text.slice(0, left) });
      left -= text.length;
    });
  }

  #watchEnd(): Promise<EndAnswer> {
    return new Promise((resolve) => {
      const settle = (failure: Failure) => {
        this.isRunning = false;
        this.connection.dispose();
        // Of a run that took too long the process may have said where it was, before it was ended for that.
        const isLate = this.#killedFor?.kind === "timeout" && this.#lastAnswer !== null;
        const killed = this.#killedFor && !isLate ? { failure: this.#killedFor } : null;
        resolve(killed ?? this.#lastAnswer ?? { failure });
      };
      const { node } = this.options;
      this.#process.once("error", ({ message }) => settle(notStarted(node, message)));
      const over = (code: number | null, signal: string | null) => {
        const how = signal ? `by the signal ${signal}` : `with exit code ${code}`;
        const failure = explainEnd(how, this.#stderr, this.options);
        settle(this.#hasStarted ? failure : notStarted(node, `it ended ${how}`));
      };
      this.#process.once("close", over);
      this.#process.once("exit", (code, signal) => {
        this.isRunning = false;
        this.#endAll();
        // A process that left the group may keep the pipes open for longer: nobody waits for it.
        setTimeout(() => {
          over(code, signal);
          for (const pipe of this.#process.stdio) pipe?.destroy();
        }, DRAIN_MS);
      });
    });
  }

  /** The answer of a process that ends in the middle of its work. */
  #takeAnswer(pipe: Readable, frames: FrameReader): void {
    pipe.on("data", (chunk: Buffer) => {
      try {
        for (const answer of frames.push(chunk)) this.#lastAnswer = answer as EndAnswer;
      } catch {
        // Spoilt by what a model writes there: the next answer counts.
      }
    });
  }
}

function start(options: ChildOptions, run: string): ChildProcess {
  const { script, node, folder, memoryMiB, graceMs, codeCache } = options;
  const args = [
    "--experimental-vm-modules",
    "--no-warnings",
    // V8 inside of Electron may not take this flag later.
    "--expose-gc",
    // The watchdog looks at the whole process; the heap's own limit is the last resort behind it.
    `--max-old-space-size=${Math.ceil(memoryMiB * 1.25) + 256}`,
    script,
    // Its parent may be gone before it can ask who that is.
    String(process.pid),
    String(graceMs),
  ];
  return spawn(node.path, args, {
    cwd: folder,
    env: {
      ...neededEnvironment(process.env),
      ...node.env,
      ...(codeCache === undefined ? {} : { [codeCacheVariable]: codeCache }),
      [runVariable]: run,
    },
    stdio: [...stdio],
    detached: hasGroups,
    windowsHide: true,
  });
}

function notStarted({ path }: NodeChoice, why: string): Failure {
  return {
    kind: "crash",
    message: `The engine process could not be started with ${path}: ${why}`,
    hint: "set gradlens.nodePath to a Node of version 20.19 or newer",
    site: null,
    stack: [],
  };
}

function explainEnd(how: string, stderr: string, { memoryMiB }: ChildOptions): Failure {
  const failure = (kind: Failure["kind"], message: string, hint: string | null): Failure => {
    return { kind, message, hint, site: null, stack: [] };
  };
  if (/heap out of memory|Allocation failed/.test(stderr)) {
    return failure(
      "memory",
      `The run needs more memory than its limit of ${memoryMiB} MiB`,
      "the setting gradlens.memory raises the limit",
    );
  }
  const said = stderr
    .split("\n")
    .find((line) => /error|fatal/i.test(line))
    ?.trim();
  return failure(
    "crash",
    `The engine process ended unexpectedly, ${how}${said ? `: ${said}` : ""}`,
    "the next run starts a new one",
  );
}
