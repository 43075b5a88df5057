/** What the engine's main thread and its watchdog agree on. */

import type { Failure } from "../report";

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
