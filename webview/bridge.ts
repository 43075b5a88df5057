/** The one line to the extension: typed messages both ways, and a little state that survives a reload of the window. */
import { decodeNumbers, type FromPanel, type ToPanel } from "./protocol";

interface Host {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();

export function post(message: FromPanel) {
  host.postMessage(message);
}

const listeners: ((message: ToPanel) => void)[] = [];

/** Calls `listener` for every message of the extension, from now on. */
export function listen(listener: (message: ToPanel) => void) {
  if (listeners.length === 0) addEventListener("message", receive);
  listeners.push(listener);
}

function receive({ data }: MessageEvent<unknown>) {
  if (typeof data !== "object" || data === null || !("type" in data)) return;
  const message = decodeNumbers(data) as ToPanel;
  if (message.type === "state") host.setState({ ...keptState(), file: message.file });
  for (const listener of listeners) listener(message);
}

/** Tells the extension about what went wrong in here, so that it reaches the log. */
export function reportErrors() {
  addEventListener("error", ({ message, error }) =>
    post({ type: "error", message: error instanceof Error ? (error.stack ?? message) : message }),
  );
  addEventListener("unhandledrejection", ({ reason }) =>
    post({
      type: "error",
      message: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
    }),
  );
}

/** State as text is kept up to this length; what is longer is not worth a window's reload. */
const maximumState = 20_000;

/** What the panel kept last, over the defaults; a field of another type than its default is dropped. */
export function loadState<T extends object>(defaults: T): T {
  const known = Object.entries(keptState()).filter(([key, value]) => {
    const standard: unknown = Reflect.get(defaults, key);
    return (
      key in defaults &&
      (standard === null ||
        (typeof value === typeof standard && Array.isArray(value) === Array.isArray(standard)))
    );
  });
  return { ...defaults, ...Object.fromEntries(known) };
}

export function saveState(state: object) {
  if (JSON.stringify(state).length <= maximumState) host.setState({ ...keptState(), ...state });
}

function keptState(): object {
  const kept = host.getState();
  return typeof kept === "object" && kept !== null ? kept : {};
}
