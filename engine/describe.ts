/** How values are named in messages. */
import { bounded } from "./printable";
import { showShape } from "./shape";
import { isTensor } from "./tensor";

/** A value as one would write it: "same" in quotes, a short array as it is; others as `describe` names them. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const isShort = Array.isArray(value) && value.length <= 8 && value.every((v) => typeof v !== "object");
  return isShort
    ? `[${value.map(show).join(", ")}]`
    : typeof value === "function"
      ? "a function"
      : describe(value);
}

/** What was found where something else was expected: "an array of 3", "a string (same)". */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isTensor(value)) return `a tensor of shape ${showShape(value.shape)}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return `an object of class ${value.constructor?.name ?? "Object"}`;
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  return `a ${typeof value} (${bounded(String(value), 60)})`;
}
