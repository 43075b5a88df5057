/** How values are named in messages. */
import { shortened } from "./printable";
import { showShape } from "./shape";
import { isTensor } from "./tensor";

/** More of a text, or of an array, tells nobody more. */
const MOST_CHARACTERS = 60;
const MOST_ITEMS = 8;

/** A value as one would write it: "same" in quotes, a short array as it is; others as `describe` names them. */
export function showValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shortened(value, MOST_CHARACTERS));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return `${shorten(value)}n`;
  const isShort =
    Array.isArray(value) &&
    value.length <= MOST_ITEMS &&
    value.every((v) => typeof v !== "object" && typeof v !== "function");
  return isShort
    ? `[${Array.from(value, showValue).join(", ")}]`
    : typeof value === "function"
      ? "a function"
      : describeValue(value);
}

/** What was found where something else was expected: "an array of 3", "a string (same)", "a Map". */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isTensor(value)) return `a tensor of shape ${showShape(value.shape)}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return describeObject(value);
  if (typeof value === "function")
    return value.name === "" ? "a function" : `the function ${shorten(value.name)}`;
  return `a ${typeof value} (${shorten(value)})`;
}

function shorten(value: unknown): string {
  return shortened(String(value), MOST_CHARACTERS);
}

/** By its class; those of JavaScript itself are known by their names. */
function describeObject(value: object): string {
  const make: unknown = value.constructor;
  const name = typeof make === "function" ? shorten(make.name) : "Object";
  const isOfLanguage = name !== "Object" && (globalThis as Readonly<Record<string, unknown>>)[name] === make;
  if (!isOfLanguage) return `an object of class ${name}`;
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}
