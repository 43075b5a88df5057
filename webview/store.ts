/** Keeps the state that the extension sent up to date, and calls back. */
import { listen, post } from "./bridge";
import type { ToPanel } from "./protocol";
import { type PanelState, reduce } from "./reduce";

const empty: PanelState = {
  trace: { kind: "empty" },
  report: null,
  checks: [],
  stale: false,
  interrupted: null,
  checking: null,
};

/** Says `ready` to the extension and calls back with every new state, and with the messages that are no state. */
export function connect(
  onDidChange: (state: PanelState) => void,
  onDidReceive: (message: ToPanel, state: PanelState) => void = () => {},
) {
  let state = empty;
  listen((message) => {
    const next = reduce(state, message);
    const isNew = next !== state;
    state = next;
    if (isNew) onDidChange(state);
    else onDidReceive(message, state);
  });
  post({ type: "ready" });
}
