// Both ends of both borders in one process, beside a real engine process: what a trace weighs on its way to a panel, and
// how long it takes. The code is the product's own: engine process, client, session, panel, and the panel's page up to its store.
import childProcess, { type ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";
import { deserialize, serialize } from "node:v8";
import { plainReport } from "../../engine/report/plain-report";
import { Panel } from "../../extension/panels/panel";
import { Sessions } from "../../extension/sessions";
import { buildScene, placeScene } from "../../webview/graph/drawing/scene";
import { layoutGraph } from "../../webview/graph/layout/layout";
import { graphModel } from "../../webview/graph/model/boxes";
import { openAtFirst, typeOf } from "../../webview/graph/model/opening";
import type { PanelState } from "../../webview/reduce";
import { EventEmitter, Uri } from "./vscode-stand-in";

const [root = "", model = ""] = process.argv.slice(2);

/** Every process that was started: the bytes of its pipes are those of the process border. */
const started: ChildProcess[] = [];
const { spawn } = childProcess;
Object.assign(childProcess, {
  spawn: (...args: Parameters<typeof spawn>) => {
    const child = spawn(...args);
    started.push(child);
    return child;
  },
});

function processBytes(): number {
  const pipes = started.flatMap(({ stdio }) => stdio) as readonly ({ readonly bytesRead?: number } | null)[];
  return pipes.reduce((sum, pipe) => sum + (pipe?.bytesRead ?? 0), 0);
}

/** The line between extension and page, as VS Code keeps it: JSON, with typed arrays beside it. */
class Border {
  bytes = 0;
  /** The largest message since this was set to 0. */
  largest = 0;
  readonly #fromPage = new EventEmitter<unknown>();
  readonly onDidReceiveMessage = this.#fromPage.event;
  readonly #listeners: ((event: { readonly data: unknown }) => void)[] = [];

  /** What a page finds in its window. */
  openPage(): void {
    let kept: unknown;
    Object.assign(globalThis, {
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => this.#fromPage.fire(message),
        getState: () => kept,
        setState: (state: unknown) => {
          kept = state;
        },
      }),
      addEventListener: (type: string, listener: (event: { readonly data: unknown }) => void) => {
        if (type === "message") this.#listeners.push(listener);
      },
    });
  }

  async postMessage(message: unknown): Promise<boolean> {
    const buffers: ArrayBufferView[] = [];
    const text = JSON.stringify(message, (_, value: unknown) => {
      if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) return value;
      const view = ArrayBuffer.isView(value) ? value : new Uint8Array(value);
      return { $buffer: buffers.push(view) - 1 };
    });
    const bytes = Buffer.byteLength(text) + buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.bytes += bytes;
    this.largest = Math.max(this.largest, bytes);
    const copies = buffers.map((view) => structuredClone(view));
    const data: unknown = JSON.parse(text, (_, value) => copies[value?.$buffer] ?? value);
    for (const listener of this.#listeners) listener({ data });
    return true;
  }
}

/** A panel of VS Code that is in sight. */
function viewOf(border: Border): ConstructorParameters<typeof Panel>[2] {
  const webview = {
    options: {},
    html: "",
    cspSource: "bench:",
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: border.onDidReceiveMessage,
    postMessage: (message: unknown) => border.postMessage(message),
  };
  const view = { webview, visible: true, onDidChangeViewState: new EventEmitter().event };
  // Only what is above is asked for.
  return view as unknown as ConstructorParameters<typeof Panel>[2];
}

/** Scene and layout as the graph panel makes them, with letters of one width. Gives how many boxes there are. */
function layOut({ report }: PanelState): number {
  if (!report) return 0;
  const open = openAtFirst(
    graphModel(report),
    (group) => typeOf(report, group),
    () => true,
  );
  const scene = buildScene(report, open, (text) => 7 * text.length);
  return placeScene(scene, layoutGraph(scene.input)).boxes.length;
}

/** How long the whole report takes as text, and as a structured clone, there and back. */
function otherWays(report: unknown) {
  const time = (way: () => number) => {
    const start = performance.now();
    const bytes = way();
    return { bytes, ms: performance.now() - start };
  };
  const json = time(() => {
    const text = JSON.stringify(report);
    JSON.parse(text);
    return Buffer.byteLength(text);
  });
  const clone = time(() => {
    const bytes = serialize(report);
    deserialize(bytes);
    return bytes.length;
  });
  return { json, clone };
}

/** A panel of a session of the model, and when it got its trace. */
async function openPanel(border: Border) {
  border.openPage();
  // The page finds its host while it is loaded.
  const { connect } = await import("../../webview/store");
  const sessions = new Sessions({ script: `${root}/dist/engine.js` });
  type SessionUri = Parameters<typeof sessions.open>[0];
  const session = sessions.open(Uri.file(model) as unknown as SessionUri);
  const panel = new Panel("graph", session, viewOf(border), Uri.file(root) as unknown as SessionUri);
  const held = new Promise<{ state: PanelState; at: number }>((resolve) =>
    connect((state) => {
      if (state.report !== null && state.trace.kind === "ready") resolve({ state, at: performance.now() });
    }),
  );
  const dispose = () => {
    panel.dispose();
    sessions.dispose();
  };
  return { session, held, dispose };
}

type Session = Awaited<ReturnType<typeof openPanel>>["session"];

/** Traces the model; `onEnd` is called when its run has ended: that is the first news of a run. */
async function trace(session: Session, onEnd: () => void): Promise<void> {
  const messages: string[] = [];
  const subscription = session.onDidChange(({ state }) => {
    if (state.kind !== "running" || messages.at(-1) === state.message) return;
    if (messages.push(state.message) === 2) onEnd();
  });
  await session.trace();
  subscription.dispose();
  if (session.state.kind !== "ready") throw new Error(`no trace: ${JSON.stringify(session.state)}`);
}

/** Rejects when it takes too long. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = (_: unknown, reject: (error: Error) => void) =>
    setTimeout(() => reject(new Error(`the panel has no trace after ${ms} ms`)), ms).unref();
  return Promise.race([promise, new Promise<never>(late)]);
}

async function measure() {
  const border = new Border();
  const { session, held, dispose } = await openPanel(border);
  let endedAt = 0;
  let before = { process: 0, panel: 0 };
  await trace(session, () => {
    endedAt = performance.now();
    before = { process: processBytes(), panel: border.bytes };
  });
  const { state, at } = await within(10_000, held);
  const { nodes = [], omitted } = state.report ?? {};
  const bytes = { process: processBytes() - before.process, panel: border.bytes - before.panel };
  const laidFrom = performance.now();
  const boxes = layOut(state);
  const layoutMs = performance.now() - laidFrom;

  // Another run, with the trace in the panel.
  border.largest = 0;
  before = { process: processBytes(), panel: 0 };
  let change = { process: 0, panel: 0 };
  await trace(session, () => {
    // What is told takes a turn to arrive; a trace takes longer.
    setTimeout(() => {
      change = { process: processBytes() - before.process, panel: border.largest };
    }, 2);
  });
  const others = otherWays(session.report && { ...plainReport(session.report), bytes: null });
  dispose();
  return { nodes: nodes.length, omitted, bytes, change, heldMs: at - endedAt, layoutMs, boxes, ...others };
}

measure().then(
  (result) => console.log(JSON.stringify(result)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
