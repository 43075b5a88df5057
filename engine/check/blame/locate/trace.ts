/** What each step of hand-written code gave in one run, and what changes when one of them gives something else. */
import { leavesOf, writeAt } from "../../../core/numbers";
import { openSites } from "../../../core/sites";
import { type StepWatch, watchSteps } from "../../../tracing/steps";

/** One time that a step ran. */
export interface Instance {
  readonly place: string;
  /** How often the step had run before. */
  readonly nth: number;
  /** The calls through which it ran, outermost first. */
  readonly calls: readonly number[];
  readonly values: Float64Array;
}

/** The instances of both passes, each in the order in which they ran. */
export interface PassTrace {
  readonly forward: readonly Instance[];
  readonly backward: readonly Instance[];
}

/** Steps that ran more often than this are too many to be looked at one by one. */
const MOST = 20_000;

/** Null when there are too many steps. @param moving a number of the backward pass that is to be another */
export function traceOf(fn: () => void, moving: Moving | null = null): PassTrace | null {
  const trace = { forward: [] as Instance[], backward: [] as Instance[] };
  const counts = new Map<string, number>();
  let count = 0;
  let undo = () => {};
  const moved = (value: unknown): unknown => {
    if (typeof value === "number") return value + (moving?.by ?? 0);
    undo = move(value, moving?.element ?? 0, moving?.by ?? 0);
    return value;
  };
  const watch: StepWatch = (place, given, isBackward) => {
    const key = `${place} ${isBackward}`;
    const nth = counts.get(key) ?? 0;
    counts.set(key, nth + 1);
    const isMoved = isBackward && moving?.instance.place === place && moving.instance.nth === nth;
    const value = isMoved ? moved(given) : given;
    if (count++ > MOST) return value;
    const values = typeof value === "number" ? Float64Array.of(value) : numbersIn(value).slice();
    const calls = openSites();
    if (values.length > 0) trace[isBackward ? "backward" : "forward"].push({ place, nth, calls, values });
    return value;
  };
  try {
    watchSteps(watch, fn);
  } finally {
    undo();
  }
  return count > MOST ? null : trace;
}

/** Runs `fn` with one element of one instance moved. */
export function withMoved<T>(
  { place, nth }: Instance,
  inBackward: boolean,
  element: number,
  by: number,
  fn: () => T,
): T {
  let left = nth;
  let undo = () => {};
  const watch = (at: string, value: unknown, isBackward: boolean) => {
    if (at !== place || isBackward !== inBackward || left-- !== 0) return value;
    if (typeof value === "number") return value + by;
    undo = move(value, element, by);
    return value;
  };
  try {
    return watchSteps(watch, fn);
  } finally {
    // It may be an array that the next run gets as well.
    undo();
  }
}

/** What moves while everything else is held. */
export interface Moving {
  readonly instance: Instance;
  readonly element: number;
  readonly by: number;
}

/**
 * Runs a forward pass in which each step goes on with the numbers that it gave before, whatever it computes: what is
 * returned are those that it computed, so that what depends on something without a detour alone differs.
 */
export function computedWithHeld(
  before: readonly Instance[],
  moving: Moving | null,
  fn: () => void,
): Float64Array[] | null {
  const computed: Float64Array[] = [];
  let isSame = true;
  watchSteps((place, value, isBackward) => {
    if (isBackward || !isSame) return value;
    const own = typeof value === "number" ? Float64Array.of(value) : numbersIn(value);
    if (own.length === 0) return value;
    const instance = before[computed.length];
    isSame = instance?.place === place && instance.values.length === own.length;
    if (!instance || !isSame) return value;
    computed.push(own.slice());
    const held = instance.values.slice();
    if (moving?.instance === instance) held[moving.element] = (held[moving.element] as number) + moving.by;
    if (typeof value === "number") return held[0];
    put(value, held);
    return value;
  }, fn);
  return isSame && computed.length === before.length ? computed : null;
}

/** Writes into what holds numbers. */
function put(value: unknown, numbers: Float64Array): void {
  let at = 0;
  for (const { path, flat } of leavesOf(value)) {
    if (!flat.continuous) continue;
    writeAt(value, path, numbers.slice(at, at + flat.data.length));
    at += flat.data.length;
  }
}

function numbersIn(value: unknown): Float64Array {
  const leaves = leavesOf(value).filter(({ flat }) => flat.continuous);
  const [first] = leaves;
  if (leaves.length === 1 && first) return first.flat.data;
  return Float64Array.from(leaves.flatMap(({ flat }) => [...flat.data]));
}

/** Changes one number in what holds numbers, so that all who hold it see that; what it returns puts it back. */
function move(value: unknown, element: number, by: number): () => void {
  let before = 0;
  for (const { path, flat } of leavesOf(value)) {
    if (!flat.continuous) continue;
    const at = element - before;
    before += flat.data.length;
    if (at < 0 || at >= flat.data.length) continue;
    const own = flat.data[at] as number;
    const put = (v: number) => {
      flat.data[at] = v;
      writeAt(value, path, flat.data);
    };
    put(own + by);
    return () => put(own);
  }
  return () => {};
}
