/** What a panel knows, and how each message of the extension changes it. */
import type { Check, Report } from "../engine/report/report";
import type { Interrupted, ToPanel, TraceState } from "./protocol";

export interface PanelState {
  readonly trace: TraceState;
  readonly report: Report | null;
  readonly checks: readonly Check[];
  readonly stale: boolean;
  /** The last check, when it did not come to its end. */
  readonly interrupted: Interrupted | null;
  /** The gradient check under way. */
  readonly checking: CheckUnderWay | null;
}

/** A gradient check of one layer, or of the whole model (target null). */
export interface CheckUnderWay {
  readonly target: string | null;
  readonly fraction: number | null;
  readonly doing: string;
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
        interrupted: message.interrupted,
        checking: message.state.kind === "ready" ? state.checking : null,
      };
    case "checking": {
      const { target, fraction, doing } = message;
      const isOver = fraction !== null && fraction >= 1;
      return { ...state, interrupted: null, checking: isOver ? null : { target, fraction, doing } };
    }
    case "checks":
      return { ...state, checks: message.checks, interrupted: message.interrupted, checking: null };
    case "stale":
      return { ...state, stale: message.stale };
    default:
      return state;
  }
}
