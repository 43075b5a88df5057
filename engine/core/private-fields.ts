/** Private fields of the model's classes, which only code in the class can reach: the instrumented class hands it over. */
import { lineageOf } from "./lineage";

/** Reads and writes one private field; `read` throws for an object that does not have it. */
export type PrivateField = readonly [
  read: (object: object) => unknown,
  write: (object: object, value: unknown) => void,
];

const known = new WeakMap<object, Readonly<Record<string, PrivateField>>>();

/** Remembers the private fields of a class. */
export function keepPrivateFields(type: unknown, fields: Readonly<Record<string, PrivateField>>): void {
  if (typeof type === "function") known.set(type.prototype as object, fields);
}

/** The private fields that an object has, those of the classes that it inherits from included. */
export function privateFieldsOf(object: object): ReadonlyMap<string, PrivateField> {
  const found = new Map<string, PrivateField>();
  for (const type of lineageOf(object)) {
    for (const [name, field] of Object.entries(known.get(type) ?? {})) {
      if (!found.has(name) && has(object, field)) found.set(name, field);
    }
  }
  return found;
}

function has(object: object, [read]: PrivateField): boolean {
  try {
    read(object);
    return true;
  } catch {
    return false;
  }
}
