/** What the functions of hand-written layers were called with: the arguments as they were before the function ran. */
import { deepCopy } from "./numbers";
import { entriesOf, silently } from "./observe";

/** One call; `self` is what a method was called on. */
export interface HandCall {
  readonly self: object | null;
  readonly inputs: readonly unknown[];
  /** Fields of `self` that say how the call is meant: `training`, `mode`. */
  readonly modes: ReadonlyMap<string, unknown>;
  /** Counts all calls of the run. */
  readonly at: number;
}

/** Different kinds of calls, by the shapes of their arguments, that are kept for each object. */
const MAX_KINDS = 3;
/** Objects whose calls are kept for each function; the code of the others is the same. */
const MAX_OBJECTS = 6;
/** Numbers that are copied for one function; later calls are not copied, so that a long training does not wait. */
const MAX_COPIED = 2e8;

interface Kept {
  readonly bySelf: Map<object | null, Map<string, HandCall>>;
  copied: number;
}

export class HandCalls {
  readonly #layers = new Map<string, Kept>();
  #count = 0;
  readonly #objects = new Map<string, object[]>();

  /** Notes an object with a forward and a backward of its own, by the place of the text that makes it. */
  hold(layer: string, object: object): void {
    const objects = this.#objects.get(layer) ?? [];
    this.#objects.set(layer, objects);
    if (objects.length < MAX_OBJECTS) objects.push(object);
  }

  objectsOf(layer: string): readonly object[] {
    return this.#objects.get(layer) ?? [];
  }

  note(layer: string, self: object | null, args: ArrayLike<unknown>): void {
    const kept = this.#layers.get(layer) ?? {
      bySelf: new Map<object | null, Map<string, HandCall>>(),
      copied: 0,
    };
    this.#layers.set(layer, kept);
    if (kept.copied > MAX_COPIED) return;
    const kinds = kept.bySelf.get(self) ?? new Map<string, HandCall>();
    if (!kept.bySelf.has(self) && kept.bySelf.size >= MAX_OBJECTS) return;
    kept.bySelf.set(self, kinds);
    const inputs = Array.from(args, (value) => {
      const copied = { numbers: 0 };
      const copy = deepCopy(value, { copied });
      kept.copied += copied.numbers;
      return copy;
    });
    const modes = modesOf(self);
    const kind = [...inputs.map(kindOf), ...modes].join(";");
    // Taken out and put back, so that the last one stands at the end.
    kinds.delete(kind);
    kinds.set(kind, { self, inputs, modes, at: this.#count++ });
    const [oldest] = kinds.keys();
    if (kinds.size > MAX_KINDS && oldest !== undefined) kinds.delete(oldest);
  }

  /** The calls that were kept, those of one object together. */
  of(layer: string): HandCall[] {
    return [...(this.#layers.get(layer)?.bySelf.values() ?? [])].flatMap((kinds) => [...kinds.values()]);
  }
}

function modesOf(self: object | null): ReadonlyMap<string, unknown> {
  const entries = self === null ? [] : silently(() => entriesOf(self)).slice(0, 40);
  return new Map(entries.filter(([, value]) => typeof value === "boolean" || typeof value === "string"));
}

/** Calls of one kind are told apart by nothing but their numbers. */
function kindOf(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : "n";
  if (typeof value !== "object" || value === null) return typeof value === "function" ? "f" : String(value);
  if (Array.isArray(value)) return `[${value.length}${typeof value[0] === "object" ? kindOf(value[0]) : ""}]`;
  if (ArrayBuffer.isView(value)) return `<${value.byteLength}>`;
  const { shape } = value as { readonly shape?: unknown };
  return Array.isArray(shape)
    ? `(${shape.join()})`
    : `{${Object.entries(value)
        .slice(0, 12)
        .map(([key, each]) => key + kindOf(each))
        .join()}}`;
}

/** Told of every call of a hand-written function while it is set; see `watchCalls`. */
let observer: ((layer: string) => void) | null = null;

/** Runs a function and gives the keys of the hand-written functions that it called. */
export function watchCalls<T>(fn: () => T): { readonly value: T; readonly called: ReadonlySet<string> } {
  const before = observer;
  const called = new Set<string>();
  observer = (layer) => called.add(layer);
  try {
    return { value: fn(), called };
  } finally {
    observer = before;
    for (const layer of called) before?.(layer);
  }
}

export function tellCall(layer: string): void {
  observer?.(layer);
}
