/** What of a graph survives a reload of the window. */
import { loadState, saveState } from "../../bridge";

interface KeptGraph {
  readonly file: string;
  /** Keys of the groups that are open. */
  readonly open: readonly string[];
  readonly isCompact: boolean;
  /** -1: none. */
  readonly selected: number;
  readonly isTable: boolean;
  /** 0: everything fits in. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Of a graph that is open as a whole the rest is closed after a reload. */
const mostKept = 5000;

export function keptGraph(): KeptGraph {
  const none: KeptGraph = {
    file: "",
    open: [],
    isCompact: false,
    selected: -1,
    isTable: false,
    scale: 0,
    x: 0,
    y: 0,
  };
  return loadState(none);
}

let waiting = 0;

/** Keeps a state when nothing changed for a moment. */
export function keepSoon(state: KeptGraph) {
  clearTimeout(waiting);
  waiting = setTimeout(() => saveState({ ...state, open: state.open.slice(0, mostKept) }), 250);
}
