/** The one line to the extension: news and questions, typed, and a little state that survives a reload of the window. */
import { CancellationTokenSource } from "vscode-jsonrpc/browser";
import type { Answer, PanelRequest, Params } from "../engine/report/requests";
import type { Nothing, ToExtension, ToPanel } from "./protocol";
import { isEnvelope, openWire } from "./wire";

interface Host {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const wire = openWire(`${Date.now()} ${Math.random()}`, (envelope) => host.postMessage(envelope));
addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (isEnvelope(data)) wire.take(data);
});
wire.connection.listen();

type NewsOf<N extends keyof ToExtension> = Nothing extends ToExtension[N] ? [] : [news: ToExtension[N]];

/** Tells the extension something. */
export function post<N extends keyof ToExtension>(name: N, ...news: NewsOf<N>) {
  void wire.connection.sendNotification(name, news[0] ?? {});
}

/** Calls `listener` with all news of one name, from now on; there is one listener for each. */
export function listen<N extends keyof ToPanel>(name: N, listener: (news: ToPanel[N]) => void) {
  wire.connection.onNotification(name, (news: ToPanel[N]) => {
    try {
      listener(news);
    } catch (error) {
      // As what goes wrong in any other listener of the window.
      reportError(error);
    }
  });
}

/** Asks the engine. Rejects with the reason when there is no answer, and when `signal` says that nobody wants it any more. */
export function ask<N extends PanelRequest>(
  name: N,
  params: Params<N>,
  signal?: AbortSignal,
): Promise<Answer<N>> {
  const source = new CancellationTokenSource();
  if (signal?.aborted) source.cancel();
  signal?.addEventListener("abort", () => source.cancel(), { once: true });
  return wire.connection.sendRequest(name, params, source.token);
}

/** Tells the extension about what went wrong in here, so that it reaches the log. */
export function reportErrors() {
  addEventListener("error", ({ message, error }) =>
    post("error", { message: error instanceof Error ? (error.stack ?? message) : message }),
  );
  addEventListener("unhandledrejection", ({ reason }) =>
    post("error", {
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

/** Keeps which model the panel is about, for after a reload. */
export function keepFile(file: string) {
  host.setState({ ...keptState(), file });
}

function keptState(): object {
  const kept = host.getState();
  return typeof kept === "object" && kept !== null ? kept : {};
}
