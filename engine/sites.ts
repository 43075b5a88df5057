/** Where the running model file is: the open call sites, kept by the instrumented code. */
import { locateErrorsWith } from "./error";

/** An open call. A list and not an array: a generator goes on with its own calls, whoever asks for its next value. */
interface OpenSite {
  readonly site: number;
  readonly around: OpenSite | null;
}

let top: OpenSite | null = null;

/** Enters the call with the given site id; returns what to hand to `leave`. */
export function enter(site: number): OpenSite | null {
  const before = top;
  top = { site, around: before };
  return before;
}

/** Leaves a call: everything entered since `enter` returned `before` is forgotten, also what an exception left. */
export function leave<T>(before: OpenSite | null, value: T): T {
  top = before;
  return value;
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
  for (let open = top; open; open = open.around) sites.push(open.site);
  return sites.reverse();
}

/** Forgets all open calls: a new run begins. */
export function resetSites(): void {
  top = null;
}

locateErrorsWith(currentSite);
