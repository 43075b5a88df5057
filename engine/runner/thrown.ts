/** What was thrown, in words: nothing of it is trusted, for a model can throw anything. */
import { inspect, types } from "node:util";
import { instancesOf } from "../core/instance";
import { shortened } from "../core/printable";

const isInstance = instancesOf(Error);

/** What is read of a thrown value; more of a text tells nobody more. */
const MOST = 20_000;
const SHOWN_KEYS = 6;
const SHOWN_ERRORS = 3;

/** Whether it is an error, also one of another realm; a proxy of one can do as it likes and is none. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || (!types.isProxy(value) && isInstance(value));
}

/** A field of an error as text, "" when it has none; null when it cannot be read. */
export function textOf(error: unknown, name: "name" | "message" | "stack"): string | null {
  try {
    const value: unknown = (error as Readonly<Record<string, unknown>>)[name];
    return value === undefined ? "" : String(value).slice(0, MOST);
  } catch {
    return null;
  }
}

/** "TypeError: what it says", without the name when that is just "Error". */
export function sayError(error: Error): string {
  const name = textOf(error, "name") || "Error";
  const said = textOf(error, "message");
  if (said === null) return `${name}, with a message that cannot be read`;
  if (name === "Error" && said !== "") return said;
  return said === "" ? name : `${name}: ${said}`;
}

/** What an error was caused by, or which errors it stands for; null when it says nothing of that. */
export function causesOf(error: Error): string | null {
  const errors = field(error, "errors");
  if (Array.isArray(errors) && errors.length > 0) {
    const shown = errors.slice(0, SHOWN_ERRORS).map(brief);
    const more = errors.length - shown.length;
    return `its errors: ${shown.join("; ")}${more > 0 ? ` and ${more} more` : ""}`;
  }
  const causes: unknown[] = [];
  for (let at = field(error, "cause"); at !== undefined && causes.length < SHOWN_ERRORS; ) {
    if (at === error || causes.includes(at)) break;
    causes.push(at);
    at = isError(at) ? field(at, "cause") : undefined;
  }
  return causes.length === 0 ? null : `caused by ${causes.map(brief).join(", caused by ")}`;
}

/** A value that is no error. */
export function showThrown(value: unknown): string {
  if (typeof value === "string") return `the string ${inspect(value.slice(0, 200))}`;
  if (types.isProxy(value)) return "a Proxy";
  if (types.isPromise(value)) return "a promise";
  if (typeof value !== "object" || value === null) return short(value);
  try {
    return `the object ${fields(value)}`;
  } catch {
    return "an object that cannot be shown";
  }
}

/** Own fields by name, without asking getters. */
function fields(value: object): string {
  if (Array.isArray(value)) return `[ ${value.slice(0, SHOWN_KEYS).map(short).join(", ")} ]`;
  const keys = Object.keys(value);
  const shown = keys.slice(0, SHOWN_KEYS).map((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    return `${key.slice(0, 40)}: ${descriptor && "value" in descriptor ? nested(descriptor.value) : "[Getter]"}`;
  });
  const more = keys.length - shown.length;
  const all = more > 0 ? [...shown, `… ${more} more`] : shown;
  return all.length === 0 ? "{}" : `{ ${all.join(", ")} }`;
}

function nested(value: unknown): string {
  const isPlain = typeof value === "object" && value !== null && !types.isProxy(value) && !isError(value);
  if (!isPlain) return short(value);
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  if (Array.isArray(value)) return `[${value.length} elements]`;
  if (keys.length === 0) return "{}";
  return `{ ${keys
    .slice(0, SHOWN_KEYS)
    .map((key) => `${key.slice(0, 40)}: ${short(Object.getOwnPropertyDescriptor(value, key)?.value)}`)
    .join(", ")} }`;
}

/** In a few words, without looking inside. */
function short(value: unknown): string {
  if (types.isProxy(value)) return "a Proxy";
  if (isError(value)) return brief(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[…]" : "{…}";
  return shortened(inspect(value, { maxStringLength: 200 }), 200);
}

function brief(value: unknown): string {
  if (!isError(value)) return short(value);
  const said = sayError(value);
  return shortened((textOf(value, "name") || "Error") === "Error" ? `Error: ${said}` : said, 200);
}

function field(error: object, name: string): unknown {
  try {
    return (error as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}
