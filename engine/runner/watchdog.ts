/** A thread beside the model's: ends the process when the model takes too long or too much memory, and says where it was. */
import { writeSync } from "node:fs";
import { type Debugger, Session } from "node:inspector";
import { deserialize, serialize } from "node:v8";
import { parentPort } from "node:worker_threads";
import type { Failure } from "../report";
import { interruptName, type LimitKind, type PausedFrame } from "./interrupt";

/** What to watch from now on; null: nothing. */
export interface Watch {
  readonly deadline: number;
  /** Resident memory of the process. */
  readonly maxBytes: number;
}

/** The pipe on which the last answer goes out when the model's thread cannot speak any more. */
export const ANSWER_FD = 3;
const LOOK_MS = 50;
/** The model's thread has that long to say where it is. */
const PATIENCE_MS = 400;

let watch: Watch | null = null;

function look(): void {
  if (!watch) return;
  if (Date.now() > watch.deadline) stop("timeout");
  else if (process.memoryUsage.rss() > watch.maxBytes) stop("memory");
}

/** Pauses the model's thread and lets it make its answer; ends the process unless it may go on. */
function stop(kind: LimitKind): void {
  watch = null;
  const session = new Session();
  const scripts = new Map<string, string>();
  let asked = false;
  const ask = (frames: readonly PausedFrame[]) => {
    if (asked) return;
    asked = true;
    const expression = `${interruptName}(${JSON.stringify(kind)}, ${JSON.stringify(frames)})`;
    session.post("Runtime.evaluate", { expression, returnByValue: true }, (error, answer) => {
      const value: unknown = answer?.result.value;
      if (typeof value === "string") end(Buffer.from(value, "base64"));
      else if (error || answer.exceptionDetails) end(plainAnswer(kind));
      else letGoOn();
    });
  };
  const letGoOn = () => {
    clearTimeout(lastCall);
    session.disconnect();
  };
  session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
  session.on("Debugger.paused", ({ params }) =>
    ask(params.callFrames.map((frame) => toFrame(frame, scripts))),
  );
  // A thread that waits does not pause; it can be asked all the same.
  setTimeout(() => ask([]), PATIENCE_MS);
  const lastCall = setTimeout(() => end(plainAnswer(kind)), 2 * PATIENCE_MS);
  session.connectToMainThread();
  session.post("Debugger.enable");
  session.post("Debugger.pause");
}

function toFrame(
  { functionName, location }: Debugger.CallFrame,
  scripts: ReadonlyMap<string, string>,
): PausedFrame {
  const { scriptId, lineNumber, columnNumber = 0 } = location;
  return {
    name: functionName,
    file: scripts.get(scriptId) ?? "",
    line: lineNumber + 1,
    column: columnNumber + 1,
  };
}

function plainAnswer(kind: LimitKind): Buffer {
  const message =
    kind === "timeout" ? "The run took longer than its limit" : "The run needs more memory than its limit";
  const failure: Failure = { kind, message, hint: null, site: null, stack: [] };
  return serialize({ failure });
}

function end(answer: Buffer): void {
  for (let at = 0; at < answer.length; ) {
    try {
      at += writeSync(ANSWER_FD, answer, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") break;
    }
  }
  process.kill(process.pid, "SIGKILL");
}

parentPort?.on("message", (message: Uint8Array) => {
  watch = deserialize(message) as Watch | null;
});
setInterval(look, LOOK_MS);
