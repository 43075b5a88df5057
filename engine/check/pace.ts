/** Keeps long work polite: lets other events through every few milliseconds, and stops when asked to. */

import { now } from "../clock";

/** Longest stretch of work between two turns of the event loop. */
const STRETCH_MS = 40;

export interface PaceOptions {
  readonly onProgress?: ((message: string, fraction: number) => void) | undefined;
  readonly isCancelled?: (() => boolean) | undefined;
}

export class Pace {
  private last = now();

  constructor(private readonly options: PaceOptions) {}

  /** False when the work should stop. To be awaited at least every few milliseconds of work. */
  async turn(message?: string, fraction?: number): Promise<boolean> {
    if (now() - this.last >= STRETCH_MS) {
      if (message !== undefined) this.options.onProgress?.(message, fraction ?? 0);
      await nextTurn();
      this.last = now();
    }
    return !(this.options.isCancelled?.() ?? false);
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
