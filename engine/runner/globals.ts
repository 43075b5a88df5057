/** JavaScript's own objects as they were before a model could change them. */

type Descriptors = Record<PropertyKey, PropertyDescriptor>;

interface Saved {
  readonly name: string;
  readonly target: object;
  readonly properties: Descriptors;
}

/** What all code relies on; taken before any model runs. */
export function saveGlobals(): Saved[] {
  const saved: Saved[] = [];
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    const value: unknown = descriptor?.value;
    if (!/^[A-Z]/.test(name) || !isObject(value)) continue;
    saved.push(save(name, value));
    const { prototype } = value as { prototype?: unknown };
    if (isObject(prototype)) saved.push(save(`${name}.prototype`, prototype));
  }
  const iterator = Object.getPrototypeOf([][Symbol.iterator]()) as object;
  saved.push(save("the iterator of arrays", iterator));
  return saved;
}

/** Puts back what was changed, as far as it can be. @returns the names of what was changed or added */
export function restoreGlobals(saved: readonly Saved[]): string[] {
  const changed: string[] = [];
  for (const { name, target, properties } of saved) {
    const now = Object.getOwnPropertyDescriptors(target) as Descriptors;
    for (const key of new Set([...Reflect.ownKeys(properties), ...Reflect.ownKeys(now)])) {
      if (isSame(properties[key], now[key])) continue;
      changed.push(typeof key === "symbol" ? `${name}[${String(key)}]` : `${name}.${key}`);
      if (properties[key]) Reflect.defineProperty(target, key, properties[key]);
      else Reflect.deleteProperty(target, key);
    }
  }
  return changed;
}

function save(name: string, target: object): Saved {
  return { name, target, properties: Object.getOwnPropertyDescriptors(target) as Descriptors };
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isSame(a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined): boolean {
  return (
    a !== undefined && b !== undefined && Object.is(a.value, b.value) && a.get === b.get && a.set === b.set
  );
}
