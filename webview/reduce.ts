/** What a panel knows, and how each message of the extension changes it. */
import type { Check, Report } from "../engine/report";
import type { ToPanel, TraceState } from "./protocol";

export interface PanelState {
  readonly trace: TraceState;
  readonly report: Report | null;
  readonly checks: readonly Check[];
  readonly stale: boolean;
  /** The gradient check under way: of one layer, or of the whole model (target null). */
  readonly checking: { readonly target: string | null; readonly fraction: number | null } | null;
}

/** Each message brings a copy of the report; the one at hand stays when it is of the same run, so that nothing is drawn anew. */
function sameOr(known: Report | null, next: Report | null): Report | null {
  const isSame =
    known !== null &&
    next !== null &&
    known.file === next.file &&
    known.durationMs === next.durationMs &&
    known.nodes.length === next.nodes.length &&
    Object.is(known.loss?.value, next.loss?.value);
  return isSame ? known : next;
}

/** The state after a message; the same object when the message does not concern it. */
export function reduce(state: PanelState, message: ToPanel): PanelState {
  switch (message.type) {
    case "state":
      return {
        trace: message.state,
        report: sameOr(state.report, message.report),
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
