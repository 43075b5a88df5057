/** Who listens to the process's own events: the engine, and nobody else once a run is over. */

import { EventEmitter } from "node:events";

// Taken before a model can change them.
const { rawListeners, removeListener, on } = EventEmitter.prototype;
const { apply } = Reflect;

type Listener = (...args: unknown[]) => void;
const events = ["uncaughtException", "unhandledRejection", "warning"];

/** To be taken when the engine listens and no model has run. */
export function saveListeners(): ReadonlyMap<string, readonly Listener[]> {
  return new Map(events.map((event) => [event, listenersOf(event)]));
}

/** Puts back what a model removed and removes what it added. @returns whether there was anything to do */
export function restoreListeners(saved: ReadonlyMap<string, readonly Listener[]>): boolean {
  let changed = false;
  for (const [event, listeners] of saved) {
    const now = listenersOf(event);
    if (now.length === listeners.length && now.every((each, i) => each === listeners[i])) continue;
    changed = true;
    for (const each of now) apply(removeListener, process, [event, each]);
    for (const each of listeners) apply(on, process, [event, each]);
  }
  return changed;
}

function listenersOf(event: string): Listener[] {
  return apply(rawListeners, process, [event]) as Listener[];
}
