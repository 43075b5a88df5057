/** A thread beside the model's: ends the process when the model takes too long or too much memory, and says where it was. */
import { type Debugger, Session } from "node:inspector";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import type { Site } from "../report/report";
import { FrameWriter } from "./frames";
import { LAST_ANSWER_FD } from "./pipes";
import { endGroup, endStrays, runVariable } from "./process-group";
import {
  again,
  type Charge,
  type FileSites,
  interruptName,
  type LimitKind,
  type Order,
  type PausedFrame,
  type Watch,
} from "./watch";

const LOOK_MS = 25;
/** The model's thread has this long to say where it is; of a run that takes too long the client has little patience. */
const PATIENCE_MS = 5_000;
/** Between two model functions, as in a loop of promises, there is no line to name: then it is tried again. */
const TRIES = 30;
const BETWEEN_MS = 7;
/** And this long to make the report of what ran until then. */
const REPORT_MS = 300;

const { mark, client, graceMs, place } = workerData as Charge;
const answers = new FrameWriter(LAST_ANSWER_FD, mark);
const files: FileSites[] = [];
const parent = process.ppid;
let watch: Watch | null = null;

function look(): void {
  if (isOrphan()) leave();
  if (!watch) return;
  if (Date.now() > watch.deadline) stop("timeout", watch);
  else if (process.memoryUsage.rss() > watch.maxBytes) stop("memory", watch);
}

/** Whoever started this process may die without a word; another process then becomes its parent. */
function isOrphan(): boolean {
  if (process.ppid !== parent) return true;
  try {
    return !process.kill(client, 0);
  } catch {
    return true;
  }
}

/** Pauses the model's thread and lets it make its answer; ends the process unless it may go on. */
function stop(kind: LimitKind, { explain }: Watch): void {
  watch = null;
  const plain = serialize({ failure: { ...explain[kind], site: lastPlace() } });
  // Whoever waits for more may lose its patience.
  if (kind === "timeout") answers.write(plain);
  const session = new Session();
  const scripts = new Map<string, string>();
  let lastCall = setTimeout(() => end(plain), kind === "timeout" ? graceMs / 2 : PATIENCE_MS);
  const call = (expression: string, done: (value: unknown) => void) =>
    session.post("Runtime.evaluate", { expression, returnByValue: true }, (error, answer) => {
      if (error || answer.exceptionDetails) end(plain);
      else done(answer.result.value);
    });
  let tries = TRIES;
  const ask = (frames: readonly PausedFrame[]) => {
    const isLast = --tries <= 0;
    const args = [kind, frames, isLast].map((each) => JSON.stringify(each)).join(", ");
    call(`${interruptName}.stop(${args})`, (value) => {
      if (value === again) return tryAgain();
      clearTimeout(lastCall);
      if (typeof value !== "string") return session.disconnect();
      const short = Buffer.from(value, "base64");
      lastCall = setTimeout(() => end(short), REPORT_MS);
      call(`${interruptName}.report()`, (full) =>
        end(typeof full === "string" ? Buffer.from(full, "base64") : short),
      );
    });
  };
  const tryAgain = () => {
    session.post("Debugger.resume");
    setTimeout(() => session.post("Debugger.pause"), BETWEEN_MS);
  };
  session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
  session.on("Debugger.paused", ({ params }) =>
    ask(params.callFrames.map((frame) => toFrame(frame, scripts))),
  );
  session.connectToMainThread();
  session.post("Debugger.enable");
  session.post("Debugger.pause");
}

/** Where the model was when it made its last call: a thread that does not listen cannot say more. */
function lastPlace(): Site | null {
  const id = place[0] ?? 0;
  const owner = files.findLast(({ first, ranges }) => first <= id && id < first + ranges.length / 4);
  const [main] = files.slice(-1);
  if (!owner) return main ? { file: main.file, line: 1, column: 1, endLine: 1, endColumn: 1 } : null;
  const at = 4 * (id - owner.first);
  const [line = 1, column = 1, endLine = 1, endColumn = 1] = owner.ranges.subarray(at, at + 4);
  return { file: owner.file, line, column, endLine, endColumn };
}

function toFrame(
  { functionName, location }: Debugger.CallFrame,
  scripts: ReadonlyMap<string, string>,
): PausedFrame {
  const { scriptId, lineNumber } = location;
  const url = scripts.get(scriptId) ?? "";
  // The inspector shows absolute paths as URLs.
  const file = url.startsWith("file:") ? fileURLToPath(url) : url;
  return { name: functionName, file, line: lineNumber + 1 };
}

function end(answer: Buffer): void {
  try {
    answers.write(answer);
  } finally {
    leave();
  }
}

function leave(): void {
  endStrays(process.env[runVariable] ?? "");
  endGroup(process.pid);
  process.kill(process.pid, "SIGKILL");
}

parentPort?.on("message", (message: Uint8Array) => {
  const order = deserialize(message) as Order;
  if ("end" in order) end(serialize(order.end));
  else if ("sites" in order) files.push(order.sites);
  else watch = order.watch;
});
setInterval(look, LOOK_MS);
