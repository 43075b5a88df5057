/** Measurements that several rules share: made when the first one asks, once for each run. */
import type { Traced } from "./traced";

/** @param compute gets the run; what it gives is kept for as long as the run */
export function lazily<R>(compute: (traced: Traced) => R): (traced: Traced) => R {
  const known = new WeakMap<object, { readonly result: R }>();
  return (traced) => {
    const before = known.get(traced.trace);
    if (before !== undefined) return before.result;
    const result = compute(traced);
    known.set(traced.trace, { result });
    return result;
  };
}
