/** Where the running model file is: a stack of call sites, kept by the instrumented code. */
import { locateErrorsWith } from "./error";

let stack: number[] = [];
let depth = 0;

/** Enters the call with the given site id; returns the depth to hand to `leave`. */
export function enter(site: number): number {
  stack[depth] = site;
  return depth++;
}

/** Leaves a call: everything entered since `enter` returned `to` is forgotten, also what an exception left. */
export function leave<T>(to: number, value: T): T {
  depth = to;
  return value;
}

/** The sites that are open now, to be restored after an `await` or a `yield`. */
export function suspend(): readonly number[] {
  return stack.slice(0, depth);
}

/** Restores what `suspend` returned and passes `value` through. */
export function resume<T>(saved: readonly number[], value: T): T {
  stack = saved.slice();
  depth = saved.length;
  return value;
}

/** Id of the innermost call that is running; 0 outside of a model file. */
export function currentSite(): number {
  return depth > 0 ? (stack[depth - 1] as number) : 0;
}

/** All open call sites, outermost first. */
export function openSites(): readonly number[] {
  return suspend();
}

/** Forgets all open calls: a new run begins. */
export function resetSites(): void {
  depth = 0;
}

locateErrorsWith(currentSite);
