/** One engine process as its client sees it: the connection, and why it ended. */
import { type ChildProcess, fork } from "node:child_process";
import { deserialize } from "node:v8";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import type { Failure } from "../report";
import { type NodeChoice, neededEnvironment } from "./node-choice";
import {
  type OutputParams,
  outputNotification,
  type ProgressParams,
  pingRequest,
  progressNotification,
  retireNotification,
  type TraceResult,
} from "./protocol";

export interface ChildOptions {
  /** The bundled engine process. */
  readonly script: string;
  readonly node: NodeChoice;
  /** Working folder of the model. */
  readonly folder: string;
  readonly memoryMiB: number;
  readonly onOutput: (output: OutputParams) => void;
}

const STDERR_KEPT = 8_000;
/** What a process wrote before its end arrives within this time. */
const DRAIN_MS = 100;

export class EngineChild {
  readonly connection: MessageConnection;
  /** Settles when the process answers for the first time. */
  readonly started: Promise<unknown>;
  /** Settles when the process is gone: with the answer it left, else with a failure that says why. */
  readonly ended: Promise<TraceResult>;
  onProgress: ((progress: ProgressParams) => void) | null = null;
  /** Set when the process should not run another model. */
  retired: string | null = null;
  isRunning = true;
  readonly #process: ChildProcess;
  #killedFor: Failure | null = null;
  #hasStarted = false;
  #stderr = "";
  #answer: Buffer[] = [];

  constructor(readonly options: ChildOptions) {
    this.#process = start(options);
    this.connection = createMessageConnection(
      new IPCMessageReader(this.#process),
      new IPCMessageWriter(this.#process),
    );
    this.connection.onNotification(progressNotification, (params) => this.onProgress?.(params));
    this.connection.onNotification(outputNotification, options.onOutput);
    this.connection.onNotification(retireNotification, ({ reason }) => {
      this.retired = reason;
    });
    // What a broken connection loses is told by the end of the process.
    this.connection.onError(() => undefined);
    this.connection.listen();
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-STDERR_KEPT);
    });
    this.#process.stdio[3]?.on("data", (chunk: Buffer) => this.#answer.push(chunk));
    this.ended = this.#watchEnd();
    this.started = this.connection.sendRequest(pingRequest).then(
      () => {
        this.#hasStarted = true;
      },
      () => undefined,
    );
  }

  /** Ends the process at once. */
  kill(reason: Failure): void {
    this.#killedFor ??= reason;
    this.isRunning = false;
    this.#process.kill("SIGKILL");
  }

  #watchEnd(): Promise<TraceResult> {
    return new Promise((resolve) => {
      const settle = (failure: Failure) => {
        this.isRunning = false;
        this.connection.dispose();
        resolve(this.#killedFor ? { failure: this.#killedFor } : (this.#lastAnswer() ?? { failure }));
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
        // A process that the model started may keep the pipes open for longer.
        setTimeout(() => over(code, signal), DRAIN_MS);
      });
    });
  }

  #lastAnswer(): TraceResult | null {
    if (this.#answer.length === 0) return null;
    try {
      const answer: unknown = deserialize(Buffer.concat(this.#answer));
      return typeof answer === "object" && answer !== null ? (answer as TraceResult) : null;
    } catch {
      return null;
    }
  }
}

function start({ script, node, folder, memoryMiB }: ChildOptions): ChildProcess {
  return fork(script, [], {
    execPath: node.path,
    // The watchdog looks at the whole process; the heap's own limit is the last resort behind it.
    execArgv: [
      "--experimental-vm-modules",
      "--no-warnings",
      // V8 inside of Electron may not take this flag later.
      "--expose-gc",
      `--max-old-space-size=${Math.ceil(memoryMiB * 1.25) + 256}`,
    ],
    cwd: folder,
    env: { ...neededEnvironment(process.env), ...node.env },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  } as Parameters<typeof fork>[2]);
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
