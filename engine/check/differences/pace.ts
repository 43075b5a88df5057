/** Keeps long work polite and within its budget: lets other events through every few milliseconds, and says when to stop. */

import { now } from "../../core/clock";
import { ModelError } from "../../core/error";

/** Longest stretch of work between two turns of the event loop. */
const STRETCH_MS = 40;
/** So many at first of what may take long. */
const FIRST_PIECE = 8;

export interface PaceOptions {
  readonly onProgress?: ((message: string, fraction: number) => void) | undefined;
  readonly isCancelled?: (() => boolean) | undefined;
  /** The moment, by the clock, at which the work is to end. */
  readonly deadline?: number | undefined;
  /** Milliseconds since some moment; for tests. */
  readonly clock?: (() => number) | undefined;
}

export class Pace {
  private last = now();

  constructor(private readonly options: PaceOptions) {}

  now(): number {
    return (this.options.clock ?? now)();
  }

  get isCancelled(): boolean {
    return this.options.isCancelled?.() ?? false;
  }

  /** Milliseconds until the work is to end; Infinity without a budget. */
  get left(): number {
    return (this.options.deadline ?? Infinity) - this.now();
  }

  /** True when the work should stop. */
  get isOver(): boolean {
    return this.isCancelled || this.left <= 0;
  }

  /** The same for a part of the work, which may take `ms` of what is left; its progress gets the part's name in front. */
  part(ms: number, name?: string, fractionOf: (fraction: number) => number = (f) => f): Pace {
    const { onProgress, deadline = Infinity } = this.options;
    return new Pace({
      ...this.options,
      deadline: Math.min(deadline, this.now() + ms),
      onProgress: (message, fraction) =>
        onProgress?.(name === undefined ? message : `${name}: ${message}`, fractionOf(fraction)),
    });
  }

  /** False when the work should stop. To be awaited at least every few milliseconds of work. */
  async turn(message?: string, fraction?: number): Promise<boolean> {
    if (now() - this.last >= STRETCH_MS) {
      if (message !== undefined) this.options.onProgress?.(message, fraction ?? 0);
      await nextTurn();
      this.last = now();
    }
    return !this.isOver;
  }
}

/** Pieces of work that can be stopped between them: small ones first, larger ones while they are quick. */
export class Pieces {
  private size: number;
  private begun = 0;

  constructor(
    private readonly pace: Pace,
    private readonly most: number,
  ) {
    this.size = Math.min(FIRST_PIECE, most);
  }

  /** How many to do now. */
  next(): number {
    const ms = this.begun === 0 ? Infinity : this.pace.now() - this.begun;
    if (ms < STRETCH_MS / 4) this.size = Math.min(this.most, 4 * this.size);
    else if (ms > STRETCH_MS && ms < Infinity) this.size = Math.max(1, this.size >> 1);
    this.begun = this.pace.now();
    return this.size;
  }
}

interface Host {
  readonly setImmediate?: (fn: () => void) => unknown;
  readonly setTimeout?: (fn: () => void, ms: number) => unknown;
}

// The engine's core knows no platform; every one it runs on has one of these.
const host = globalThis as Host;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (host.setImmediate !== undefined) host.setImmediate(resolve);
    else if (host.setTimeout !== undefined) host.setTimeout(resolve, 0);
    else resolve();
  });
}

/** Why something was not compared; continues "Nothing was compared: …". */
export const OVER = "the check was over before its turn";

/** Ends work that cannot be done in part when the time of the check is over. */
export class OutOfTime extends ModelError {
  constructor() {
    super(OVER);
  }
}
