/** How values are named in messages. */
import { showShape } from "./shape";
import { Tensor } from "./tensor";

/** What was found where something else was expected: "an array of 3", "a string (same)". */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Tensor) return `a tensor of shape ${showShape(value.shape)}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return `an object of class ${value.constructor?.name ?? "Object"}`;
  return `a ${typeof value} (${String(value)})`;
}
