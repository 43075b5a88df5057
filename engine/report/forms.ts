/** What plain data has to look like, as values that the compiler holds against the types: a field left out does not compile. */

/** Where data are not what they should be. */
export interface Misfit {
  /** "nodes[3].shape" */
  readonly at: string;
  readonly expected: string;
}

/** Tells whether a value is a T. */
export interface Form<T> {
  /** Null when it is. */
  readonly misfit: (value: unknown) => Misfit | null;
  /** Never there: it ties the form to exactly this type. */
  readonly exactly?: (value: T) => T;
  readonly mayBeMissing?: boolean;
}

function form<T>(expected: string, accepts: (value: unknown) => boolean): Form<T> {
  const bad: Misfit = { at: "", expected };
  return { misfit: (value) => (accepts(value) ? null : bad) };
}

/** Longer texts, and lists of more, are none of ours. */
const LONGEST_TEXT = 1_000_000;
const MOST = 2_000_000;
const LARGEST_PLACE = 2 ** 31;

export const flag: Form<boolean> = form("true or false", (value) => value === true || value === false);
export const text: Form<string> = form(
  `a text of at most ${LONGEST_TEXT} characters`,
  (value) => typeof value === "string" && value.length <= LONGEST_TEXT,
);
/** Also NaN and infinities. */
export const number: Form<number> = form("a number", (value) => typeof value === "number");
export const count: Form<number> = form(
  "a whole number that is not negative",
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);
/** A line or a column. */
export const place: Form<number> = form(
  "a line or a column",
  (value) => Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= LARGEST_PLACE,
);
export const floats: Form<Float64Array> = form(
  "64-bit numbers",
  (value) => ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Float64Array]",
);

export const bytes: Form<Uint8Array> = form(
  "bytes",
  (value) => ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]",
);

/** The path of a file: absolute, and such as a file system takes. */
export const path: Form<string> = form(
  "the absolute path of a file",
  (value) =>
    typeof value === "string" &&
    value.length <= 4096 &&
    !value.includes("\0") &&
    /^(?:\/|\\\\|[a-zA-Z]:[\\/])/.test(value),
);

/** One of some words; the compiler asks for all of them. */
export function oneOf<T extends string>(words: Readonly<Record<T, unknown>>): Form<T> {
  const known = new Set(Object.keys(words));
  return form(`one of ${[...known].join(", ")}`, (value) => typeof value === "string" && known.has(value));
}

export function nullable<T>(inner: Form<T>): Form<T | null> {
  return { misfit: (value) => (value === null ? null : inner.misfit(value)) };
}

/** A field that may be missing. */
export function optional<T>(inner: Form<T>): Form<T | undefined> {
  return {
    misfit: (value) => (value === undefined ? null : inner.misfit(value)),
    mayBeMissing: true,
  };
}

export function listOf<T>(inner: Form<T>, most = MOST): Form<readonly T[]> {
  return {
    misfit: (value) => {
      if (!Array.isArray(value) || value.length > most)
        return { at: "", expected: `a list of at most ${most}` };
      for (let i = 0; i < value.length; i++) {
        const found = inner.misfit(value[i]);
        if (found) return { at: `[${i}]${found.at}`, expected: found.expected };
      }
      return null;
    },
  };
}

export function recordOf<T>(inner: Form<T>): Form<Readonly<Record<string, T>>> {
  return {
    misfit: (value) => {
      if (!isPlain(value)) return { at: "", expected: "an object" };
      for (const [key, each] of Object.entries(value)) {
        const found = inner.misfit(each);
        if (found) return { at: `.${key}${found.at}`, expected: found.expected };
      }
      return null;
    },
  };
}

/** A value of one of two forms; the second says what was expected. */
export function oneOrOther<A, B>(a: Form<A>, b: Form<B>): Form<A | B> {
  return { misfit: (value) => a.misfit(value) && b.misfit(value) };
}

/** An object with these fields; others are of no account. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Form<T[K]> }): Form<T> {
  const known: [string, Form<unknown>][] = Object.entries(fields);
  return {
    misfit: (value) => {
      if (!isPlain(value)) return { at: "", expected: "an object" };
      for (const [key, inner] of known) {
        const isMissing = !Object.hasOwn(value, key);
        if (isMissing && inner.mayBeMissing) continue;
        const found = isMissing ? { at: "", expected: "a value" } : inner.misfit(value[key]);
        if (found) return { at: `.${key}${found.at}`, expected: found.expected };
      }
      return null;
    },
  };
}

/** Whether a value has a form. */
export function fits<T>(value: unknown, shape: Form<T>): value is T {
  return shape.misfit(value) === null;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
