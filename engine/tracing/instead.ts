/** Other code that a function of a model file runs in the place of its own, while somebody tries what that would give. */
import { isInBackward } from "./steps";

interface Instead {
  readonly key: string;
  readonly code: string;
  /** How many turns of loops are left: what is tried may never end. */
  fuel: number;
}

let instead: Instead | null = null;

/** What instrumented code calls at the head of functions that may be at fault: nearly free when nobody tries. */
export function codeInstead(key: string): string | undefined {
  return instead !== null && instead.key === key && isInBackward() ? instead.code : undefined;
}

/** What code that is tried calls in each turn of a loop. */
export function burn(): void {
  if (instead !== null && instead.fuel-- <= 0) throw new RangeError("what was tried does not end");
}

/** Runs `fn`; in backward passes the function with this key runs `code`, for at most so many turns of loops. */
export function withInstead<T>(key: string, code: string, fuel: number, fn: () => T): T {
  const before = instead;
  instead = { key, code, fuel };
  try {
    return fn();
  } finally {
    instead = before;
  }
}
