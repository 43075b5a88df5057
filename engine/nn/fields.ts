/** What the fields of a module hold, also inside of arrays, plain objects and maps. */
import { entriesOf, isLeftAlone } from "../core/observe";

/** Values of fields by path: "weight", "blocks.0", "heads.left". Containers themselves are not among them. */
export function* fieldsOf(module: object): Generator<[path: string, value: unknown]> {
  const open = new Set<unknown>([module]);
  for (const [name, value] of entriesOf(module)) yield* valuesIn(name, value, open);
}

function* valuesIn(path: string, value: unknown, open: Set<unknown>): Generator<[string, unknown]> {
  const entries = itemsOf(value);
  if (entries === null) {
    yield [path, value];
    return;
  }
  // A container that holds itself is read once.
  if (open.has(value)) return;
  open.add(value);
  for (const [key, item] of entries) {
    if (typeof item === "object" && item !== null) yield* valuesIn(`${path}.${key}`, item, open);
  }
  open.delete(value);
}

/** The items of a container; null for what is none. */
function itemsOf(value: unknown): Iterable<[unknown, unknown]> | null {
  if (isLeftAlone(value)) return null;
  if (Array.isArray(value)) return value.entries();
  if (value instanceof Map) return value.entries();
  return typeof value === "object" && value !== null && isLiteral(value) ? entriesOf(value) : null;
}

/** An object that no class made, of this realm or another one. */
export function isLiteral(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
