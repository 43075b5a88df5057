/** The engine process: answers its client over the channel; a model's code runs nowhere else. */
import { join } from "node:path";
import { types } from "node:util";
import { serialize } from "node:v8";
import { Worker } from "node:worker_threads";
import type { CancellationToken, MessageConnection } from "vscode-jsonrpc/node";
import { knowProxies } from "../core/observe";
import * as gradlens from "../index";
import { type Params, type RequestName, requestNames } from "../report/requests";
import { isWork } from "../report/work";
import { place } from "./calls";
import { openEngineChannel } from "./channel";
import { requireOwn } from "./commonjs";
import { closeExits } from "./exits";
import { watchTimers } from "./leftovers";
import { Output } from "./output";
import { shareEngine } from "./packages";
import { type Notice, type NoticeName, PING } from "./protocol";
import { EngineSession } from "./session";
import { type Charge, interruptName } from "./watch";

/** The thread that looks at this one from outside. */
function startWatchdog(known: Charge): Worker {
  const watchdog = new Worker(join(__dirname, "watchdog.js"), {
    execArgv: [],
    stdout: true,
    stderr: true,
    workerData: known,
  });
  watchdog.unref();
  return watchdog;
}

function start(): void {
  const leave = process.exit.bind(process);
  // Taken out again: what stands there are the model's arguments.
  const [client = 0, graceMs = 0] = process.argv.splice(2, 2).map(Number);
  const { connection, marks } = openEngineChannel(() => leave(0));
  // The flag is for the engine's memory, not for models; V8 lets nobody delete the variable.
  Object.assign(globalThis, { gc: undefined });
  const watchdog = startWatchdog({ mark: marks.toClient, client, graceMs, place });
  const tell = <N extends NoticeName>(name: N, params: Notice<N>) =>
    void connection.sendNotification(name, params);
  const output = new Output((params) => tell("output", params));
  const session = new EngineSession({
    watch: (order) => watchdog.postMessage(serialize({ watch: order })),
    end: (failure) => watchdog.postMessage(serialize({ end: { failure } })),
    compiled: (sites) => watchdog.postMessage(serialize({ sites })),
    progress: (message, fraction) => tell("progress", { message, fraction }),
    retire: (reason) => tell("retire", { reason }),
    print: (text) => output.write("stderr", text),
  });
  Object.defineProperty(globalThis, interruptName, { value: session.interrupt });
  knowProxies(types.isProxy);
  shareEngine(gradlens, requireOwn);
  watchTimers();
  closeExits();
  output.install();
  // A model that listens itself has dealt with it, as in plain Node.
  const isAlone = (event: string) => process.listenerCount(event) <= 1;
  process.on("uncaughtException", (error) => {
    if (isAlone("uncaughtException")) session.fail(error, null);
  });
  process.on("unhandledRejection", (reason) => {
    if (!isAlone("unhandledRejection")) return;
    session.fail(reason, "no code handles this rejected promise: await it, or add catch()");
  });
  answer(connection, session, output);
}

function answer(connection: MessageConnection, session: EngineSession, output: Output): void {
  // Runs and checks share one tape and one set of limits: the next waits for the one before.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const turn = queue.then(job, job);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const run = async <T>(job: () => Promise<T>): Promise<T> => {
    output.begin();
    const result = await job();
    output.flush();
    return result;
  };
  const answerTo = <N extends RequestName>(name: N) => {
    connection.onRequest<object, void>(name, (params: Params<N>, token: CancellationToken) => {
      const job = async () => session.answers[name](params, token);
      if (!isWork[name]) return job();
      return inTurn(() => (name === "trace" ? run(job) : output.withoutRepeats(job)));
    });
  };
  connection.onRequest(PING, () => undefined);
  requestNames.forEach(answerTo);
  connection.listen();
}

start();
