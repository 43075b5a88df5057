/** What arguments may be: each kind says which values it takes and how that is called in messages. */
import { isTensor } from "./tensor";

export interface Kind {
  /** As in "expected true or false". */
  readonly expected: string;
  fits(value: unknown): boolean;
  /** Whether null says something; otherwise it means "left out", as Python's None. */
  readonly keepsNull?: boolean;
  /** Whether no value fits, so that messages do not propose it. */
  readonly isGone?: boolean;
}

function kind(expected: string, fits: (value: unknown) => boolean): Kind {
  return { expected, fits };
}

const isInteger = (value: unknown) => Number.isInteger(value);

/** An array, however it is typed at compile time. */
function isListOf(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

export const number: Kind = kind("a number", (v) => typeof v === "number" && !Number.isNaN(v));
/** Numbers that may be NaN: values to fill with. */
export const anyNumber: Kind = kind("a number", (v) => typeof v === "number");
export const atLeast0: Kind = kind("a number of at least 0", (v) => typeof v === "number" && v >= 0);
export const positive: Kind = kind("a number above 0", (v) => typeof v === "number" && v > 0);
export const integer: Kind = kind("an integer", isInteger);
export const count: Kind = kind("an integer of at least 0", (v) => isInteger(v) && (v as number) >= 0);
export const size: Kind = kind("an integer of at least 1", (v) => isInteger(v) && (v as number) >= 1);
export const probability: Kind = kind(
  "a probability from 0 to 1",
  (v) => typeof v === "number" && v >= 0 && v <= 1,
);
export const flag: Kind = kind("true or false", (v) => typeof v === "boolean");
export const tensor: Kind = kind("a tensor", (v) => isTensor(v));
/** A dimension, counted from either end. */
export const dim: Kind = kind("an integer, a dimension", isInteger);
export const dims: Kind = kind(
  "an integer or an array of them, dimensions",
  (v) => isInteger(v) || isListOf(v, isInteger),
);
export const integers: Kind = kind(
  "an integer or an array of them",
  (v) => isInteger(v) || isListOf(v, isInteger),
);
export const numbers: Kind = kind(
  "a number or an array of them",
  (v) => number.fits(v) || isListOf(v, number.fits),
);

/** One of a few words. */
export function choice(...words: readonly string[]): Kind {
  return kind(words.map((word) => JSON.stringify(word)).join(" or "), (v) =>
    words.some((word) => word === v),
  );
}

/** One kind or another. */
export function either(a: Kind, b: Kind): Kind {
  return kind(`${a.expected}, or ${b.expected}`, (v) => a.fits(v) || b.fits(v));
}

/** A kind for which null says something of its own. */
export function orNull(inner: Kind): Kind {
  return {
    expected: `${inner.expected}, or null`,
    fits: (v) => v === null || inner.fits(v),
    keepsNull: true,
  };
}

/** A position that PyTorch keeps for an argument of old, which Gradlens does not have. */
export function gone(instead: string): Kind {
  return { ...kind(`nothing: ${instead}`, () => false), isGone: true };
}
