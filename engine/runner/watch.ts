/** What the engine's main thread and its watchdog agree on. */

import type { Failure } from "../report/report";

/** A function call of the interrupted thread; lines from 1, which compiled code has as the original. */
export interface PausedFrame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export type LimitKind = "timeout" | "memory";

/** What the watchdog calls in the paused thread; answers are `TraceResult`s in base64. */
export interface Interrupt {
  /** Why and where the run ends; null: it may go on; `again`: nothing of the model runs at this moment. */
  stop(kind: LimitKind, frames: readonly PausedFrame[], isLast: boolean): string | null;
  /** The same with the report of what was recorded until then, which takes longer; null when there is nothing. */
  report(): string | null;
}

export const again = "again";

/** The name under which the watchdog finds its function. */
export const interruptName = "__gradlensInterrupt";

/** What to watch from now on; null: nothing. */
export interface Watch {
  readonly deadline: number;
  /** Resident memory of the process. */
  readonly maxBytes: number;
  /** What to say when the model's thread cannot say it. */
  readonly explain: Readonly<Record<LimitKind, Failure>>;
}

/** The places of a file's calls, for a thread that has only their ids: line, column, end line and end column of each. */
export interface FileSites {
  readonly file: string;
  readonly first: number;
  readonly ranges: Int32Array;
}

/** What the watchdog is told. */
export type Order =
  | { readonly watch: Watch | null }
  | { readonly sites: FileSites }
  /** The model's thread cannot go on, nor answer by itself: this is its answer. */
  | { readonly end: { readonly failure: Failure } };

/** What the watchdog knows from the start. */
export interface Charge {
  /** What our frames begin with; see there. */
  readonly mark: Uint8Array;
  /** The process that waits for answers. */
  readonly client: number;
  /** How long it waits for one after a time-out. */
  readonly graceMs: number;
  /** Id of the call that the model began last. */
  readonly place: Int32Array;
}
