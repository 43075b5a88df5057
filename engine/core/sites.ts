/** Where the running model file is: the open call sites, kept by the instrumented code. */
import { locateErrorsWith } from "./error";
import type { Scope } from "./node";

/** An open call, or a layer that is running inside of one. A list and not an array: a generator goes on with its own calls, whoever asks for its next value. */
interface OpenSite {
  readonly site: number;
  readonly scope: Scope | null;
  readonly around: OpenSite | null;
}

let top: OpenSite | null = null;

/** Enters the call with the given site id; returns what to hand to `leave`. */
export function enter(site: number): OpenSite | null {
  const before = top;
  top = { site, scope: before === null ? null : before.scope, around: before };
  return before;
}

/** Goes on inside of a layer, null for none; returns what to hand to `leave`. */
export function enterScope(scope: Scope | null): OpenSite | null {
  const before = top;
  if (currentScope() !== scope) top = { site: currentSite(), scope, around: before };
  return before;
}

/** The layer that is running. */
export function currentScope(): Scope | null {
  return top === null ? null : top.scope;
}

/** Leaves a call: everything entered since `enter` returned `before` is forgotten, also what an exception left. */
export function leave<T>(before: OpenSite | null, value: T): T {
  top = before;
  return value;
}

/** Leaves a layer because of an exception: what threw stays the innermost call until somebody catches. */
export function leaveThrowing(before: OpenSite | null): void {
  top = { site: currentSite(), scope: before === null ? null : before.scope, around: before };
}

/** The sites that are open now, to be restored after an `await` or a `yield`. */
export function suspend(): OpenSite | null {
  return top;
}

/** Restores what `suspend` returned and passes `value` through. */
export function resume<T>(suspended: OpenSite | null, value: T): T {
  top = suspended;
  return value;
}

/** Id of the innermost call that is running; 0 outside of a model file. */
export function currentSite(): number {
  return top === null ? 0 : top.site;
}

/** All open call sites, outermost first. */
export function openSites(): readonly number[] {
  const sites: number[] = [];
  for (let open = top; open; open = open.around) {
    const isLayer = open.scope !== (open.around?.scope ?? null);
    if (!isLayer) sites.push(open.site);
  }
  return sites.reverse();
}

/** Forgets all open calls: a new run begins. */
export function resetSites(): void {
  top = null;
}

locateErrorsWith(currentSite);
