/** Who listens to the process's own events: the engine, and nobody else once a run is over. */

type Listener = (...args: unknown[]) => void;
const events = ["uncaughtException", "unhandledRejection", "warning"];

/** To be taken when the engine listens and no model has run. */
export function saveListeners(): ReadonlyMap<string, readonly Listener[]> {
  return new Map(events.map((event) => [event, process.rawListeners(event) as Listener[]]));
}

/** Puts back what a model removed and removes what it added. @returns whether there was anything to do */
export function restoreListeners(saved: ReadonlyMap<string, readonly Listener[]>): boolean {
  let changed = false;
  for (const [event, listeners] of saved) {
    const now = process.rawListeners(event) as Listener[];
    if (now.length === listeners.length && now.every((each, i) => each === listeners[i])) continue;
    changed = true;
    for (const each of now) process.removeListener(event, each);
    for (const each of listeners) process.on(event, each);
  }
  return changed;
}
