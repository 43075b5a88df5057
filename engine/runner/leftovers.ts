/** What a run leaves behind in its process: timers, which are ended, and everything else, which is named. */
import { AsyncLocalStorage } from "node:async_hooks";

type Clear = () => void;
type Schedule = (callback: (...args: unknown[]) => void, ...rest: unknown[]) => object;

const runs = new AsyncLocalStorage<Map<object, Clear>>();

/** Runs a model and remembers the timers that it starts, in whatever depth of callbacks. */
export function withTimers<T>(timers: Map<object, Clear>, fn: () => T): T {
  return runs.run(timers, fn);
}

/** Watches the global timer functions for good; calls from outside of a run are not touched. */
export function watchTimers(): void {
  watch("setTimeout", clearTimeout as (handle: object) => void);
  watch("setInterval", clearInterval as (handle: object) => void);
  watch("setImmediate", clearImmediate as (handle: object) => void);
}

function watch(name: "setTimeout" | "setInterval" | "setImmediate", clear: (handle: object) => void): void {
  const schedule = globalThis[name] as Schedule;
  const watched: Schedule = (callback, ...rest) => {
    const timers = runs.getStore();
    if (!timers || typeof callback !== "function") return schedule(callback, ...rest);
    const call = (...args: unknown[]) => {
      if (name !== "setInterval") timers.delete(handle);
      callback(...args);
    };
    const handle: object = schedule(call, ...rest);
    timers.set(handle, () => clear(handle));
    return handle;
  };
  // Keeps `util.promisify(setTimeout)` working.
  Object.defineProperties(watched, Object.getOwnPropertyDescriptors(schedule));
  Object.assign(globalThis, { [name]: watched });
}

/** Ends the timers. @returns how many of them would have gone on for ever, in a Node that waits for them */
export function clearTimers(timers: Map<object, Clear>): number {
  const count = [...timers.keys()].filter(goesOn).length;
  for (const clear of timers.values()) clear();
  timers.clear();
  return count;
}

/** Node keeps in a timer whether it was cleared, and whether it repeats. */
function goesOn(timer: object): boolean {
  const { _destroyed, _repeat, hasRef } = timer as {
    readonly _destroyed?: boolean;
    readonly _repeat?: number | null;
    readonly hasRef?: () => boolean;
  };
  return !_destroyed && Boolean(_repeat) && hasRef?.call(timer) !== false;
}

/** What keeps a process busy now, by kind. */
export function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!/^(Timeout|Immediate|TickObject|CloseReq)$/.test(kind))
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Kinds of which there is more than before. */
export function grown(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): string[] {
  return [...now].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
}
