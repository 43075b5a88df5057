/** What a platform's collector can be asked for in the middle of a run: the engine itself knows no platform. */

export interface Collector {
  /** Frees what is young and unused; takes a fraction of a millisecond. */
  collectYoung(): void;
  /**
   * Frees all that is unused, in some milliseconds. After it a WeakRef to such an object is empty, even one that was made
   * in the same turn.
   */
  collectAll(): void;
}

let installed: Collector | null = null;

export function installCollector(collector: Collector | null): void {
  installed = collector;
}

/** Null where the collector comes when it likes. */
export function collector(): Collector | null {
  return installed;
}
