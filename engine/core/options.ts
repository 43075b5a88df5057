/** Reads the options object of a call: unknown names are mistakes, and the right name is suggested. */
import { showValue } from "./describe";
import { ModelError } from "./error";

/**
 * Throws unless `options` is undefined or an object whose keys are all among `known`.
 * @throws ModelError with a "did you mean"
 */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new ModelError(
      `the options are ${showValue(options)}, expected an object such as { ${known[0] ?? ""}: ${typeof options === "number" ? options : "…"} }`,
    );
  }
  for (const name in options) {
    if (!known.includes(name) && !isEverywhere(name, options)) throw unknownName("option", name, known);
  }
}

/** Whether every object has the name, since somebody gave it to `Object.prototype`: nobody passed it. */
export function isEverywhere(name: string, options: object): boolean {
  return name in Object.prototype && !Object.hasOwn(options, name);
}

/** Names that other libraries use for the same thing. */
const aliases: Readonly<Record<string, string>> = {
  axis: "dim",
  axes: "dim",
  keepdims: "keepdim",
  keep_dims: "keepdim",
  ddof: "correction",
  unbiased: "correction",
  p: "ord",
};

/** The error for a name that is none of `known`. */
export function unknownName(what: string, name: string, known: readonly string[]): ModelError {
  const meant = known.find((other) => other === aliases[name]) ?? nearestName(name, known);
  return new ModelError(
    `unknown ${what} ${JSON.stringify(name)}, expected ${known.length > 1 ? "one of " : ""}${known.join(", ") || "none"}`,
    meant === undefined ? {} : { hint: `did you mean ${meant}?` },
  );
}

/** The name that was probably meant; undefined when none is close. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const close = known
    .map((other) => ({ other, distance: editDistance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return close !== undefined && close.distance <= Math.max(1, close.other.length / 3)
    ? close.other
    : undefined;
}

/** Throws unless `value` is a finite number where one is needed. */
export function checkNumber(value: unknown, argument: string): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new ModelError(`${argument} is ${showValue(value)}, expected a number`);
}

/** Throws unless `value` is one of a few words. */
export function checkChoice<T extends string>(value: unknown, choices: readonly T[], argument: string): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new ModelError(
    `${argument} is ${showValue(value)}, expected ${choices.map((c) => JSON.stringify(c)).join(" or ")}`,
  );
}

/** Number of letters to insert, delete or change to get from one word to the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
