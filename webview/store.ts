/** What a panel knows: the last state the extension sent, kept up to date by the messages that follow it. */
import type { Check, Report } from "../engine/report";
import { listen, post } from "./bridge";
import type { ToPanel, TraceState } from "./protocol";

export interface PanelState {
  readonly trace: TraceState;
  readonly report: Report | null;
  readonly checks: readonly Check[];
  readonly stale: boolean;
  /** The gradient check under way: of one layer, or of the whole model (target null). */
  readonly checking: { readonly target: string | null; readonly fraction: number | null } | null;
}

const empty: PanelState = {
  trace: { kind: "empty" },
  report: null,
  checks: [],
  stale: false,
  checking: null,
};

/** The state after a message; the same object when the message does not concern it. */
export function reduce(state: PanelState, message: ToPanel): PanelState {
  switch (message.type) {
    case "state":
      return {
        trace: message.state,
        report: message.report,
        checks: message.checks,
        stale: message.stale,
        checking: message.state.kind === "ready" ? state.checking : null,
      };
    case "checking": {
      const isOver = message.fraction !== null && message.fraction >= 1;
      return {
        ...state,
        checking: isOver ? null : { target: message.target, fraction: message.fraction },
      };
    }
    case "checks":
      return { ...state, checks: message.checks, checking: null };
    case "stale":
      return { ...state, stale: message.stale };
    default:
      return state;
  }
}

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
