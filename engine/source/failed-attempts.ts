/** Remembers how a reading that was tried ended, so that nested ones are not tried again: twice as often with each level. */
import type { Parser } from "acorn";

/** What a reading that was tried came to; `failState` is null when it succeeded. */
interface Attempt {
  readonly node: unknown;
  readonly error: unknown;
  readonly thrown: boolean;
  readonly aborted: boolean;
  readonly failState: unknown;
}

/** So deep may attempts be nested before their ends are written down, which costs time as well. */
const FREE_LEVELS = 1;

/** What decides, beside the place and the reading, whether a reading succeeds. */
const conditions = [
  "start",
  "end",
  "inType",
  "strict",
  "isAmbientContext",
  "inAbstractClass",
  "inDisallowConditionalTypesContext",
  "maybeInArrowParameters",
  "exprAllowed",
  "inAsync",
  "inGenerator",
] as const;

function isAttempt(value: unknown): value is Attempt {
  return typeof value === "object" && value !== null && "failState" in value;
}

/** For a parser of TypeScript that reads by trial and error. */
export function withFailedAttempts(Base: typeof Parser): typeof Parser {
  return class extends Base {
    readonly #failed = new Map<string, Attempt>();
    readonly #seen = new Map<string, unknown>();
    #depth = 0;

    /** Reads a stretch, or puts everything back as it was. The text of a reading tells it from another at the same place. */
    tryParse(read: () => unknown): unknown {
      const key = this.#depth < FREE_LEVELS ? null : this.#keyOf(String(read));
      const known = key === null ? undefined : this.#failed.get(key);
      if (known) return { ...known, failState: { events: [], selected: false } };
      const attempt = this.#deeper("tryParse", read);
      if (key !== null && isAttempt(attempt) && attempt.failState)
        this.#failed.set(key, { ...attempt, failState: null });
      return attempt;
    }

    /** What a look ahead says, after which everything is as it was. */
    tsLookAhead(look: () => unknown): unknown {
      const key = this.#depth < FREE_LEVELS ? null : this.#keyOf(look.name);
      if (key !== null && this.#seen.has(key)) return this.#seen.get(key);
      const said = this.#deeper("tsLookAhead", look);
      if (key !== null) this.#seen.set(key, said);
      return said;
    }

    #deeper(method: string, read: () => unknown): unknown {
      this.#depth += 1;
      try {
        return Reflect.get(Base.prototype, method).call(this, read);
      } finally {
        this.#depth -= 1;
      }
    }

    #keyOf(reading: string): string {
      const mayBeArrow = Reflect.get(this, "potentialArrowAt") === Reflect.get(this, "start");
      const state = conditions.map((name) => String(Reflect.get(this, name))).join();
      return `${state},${mayBeArrow} ${reading}`;
    }
  };
}
