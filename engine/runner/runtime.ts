/** What instrumented code calls, as the global `__gradlens`. */
import { bind } from "../binding";
import { enter, leave, resume, suspend } from "../sites";
import type { Runtime } from "../source";
import { activeTape } from "../tape";

let last = 0;

/** Id of the call that began last, whether or not it has ended. */
export function lastSite(): number {
  return last;
}

const runtime = {
  enter(site: number) {
    last = site;
    return enter(site);
  },
  leave,
  bind,
  offer(functions: Readonly<Record<string, unknown>>) {
    for (const [name, value] of Object.entries(functions)) activeTape()?.offered.set(name, value);
  },
  suspend,
  resume,
};

/** Puts the runtime where compiled code finds it. */
export function installRuntime(): void {
  const value: Runtime = runtime as unknown as Runtime;
  Object.defineProperty(globalThis, "__gradlens", { value: Object.freeze(value), enumerable: false });
}
