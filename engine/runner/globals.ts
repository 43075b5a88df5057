/** JavaScript's own objects as they were before a model could change them. */

// Taken before any model runs: what puts things back must not rely on what a model may have changed.
const { is } = Object;
const { ownKeys, defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect;

/** Node keeps these behind accessors, whose descriptors stay the same. */
const behindAccessors = { process, Buffer, performance };

interface Property {
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
}

interface Saved {
  readonly name: string;
  readonly target: object;
  readonly properties: readonly Property[];
}

/** What all code relies on; to be taken before any model runs. */
export function saveGlobals(): Saved[] {
  const saved: Saved[] = [];
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value: unknown = getOwnPropertyDescriptor(globalThis, name)?.value;
    if (!/^[A-Z]/.test(name) || !isObject(value)) continue;
    saved.push(save(name, value));
    const { prototype } = value as { prototype?: unknown };
    if (isObject(prototype)) saved.push(save(`${name}.prototype`, prototype));
  }
  saved.push(save("the iterator of arrays", Object.getPrototypeOf([][Symbol.iterator]()) as object));
  saved.push(save("the prototype of typed arrays", Object.getPrototypeOf(Uint8Array.prototype) as object));
  return saved;
}

/** Puts back what was changed, as far as it can be. @returns the names of what was changed or added */
export function restoreGlobals(saved: readonly Saved[]): string[] {
  const changed: string[] = [];
  const note = (name: string, key: PropertyKey) => {
    changed[changed.length] = typeof key === "symbol" ? `${name}[${key.description}]` : `${name}.${key}`;
  };
  for (let i = 0; i < saved.length; i++) {
    const { name, target, properties } = saved[i] as Saved;
    const known = Object.create(null) as Record<PropertyKey, true>;
    for (let j = 0; j < properties.length; j++) {
      const { key, descriptor } = properties[j] as Property;
      known[key] = true;
      if (isSame(descriptor, getOwnPropertyDescriptor(target, key))) continue;
      defineProperty(target, key, descriptor);
      note(name, key);
    }
    const now = ownKeys(target);
    if (now.length === properties.length) continue;
    for (let j = 0; j < now.length; j++) {
      const key = now[j] as PropertyKey;
      if (known[key]) continue;
      deleteProperty(target, key);
      note(name, key);
    }
  }
  return changed;
}

/** The global variables themselves. */
export function saveVariables(): readonly Property[] {
  return save("globalThis", globalThis).properties;
}

/** Removes global variables that are new and puts back those that were replaced. @returns whether there were any */
export function restoreVariables(saved: readonly Property[]): boolean {
  let changed = false;
  const known = Object.create(null) as Record<PropertyKey, true>;
  const { process, Buffer, performance } = globalThis;
  const { process: ours, Buffer: bytes, performance: clock } = behindAccessors;
  if (process !== ours || Buffer !== bytes || performance !== clock) {
    changed = true;
    Object.assign(globalThis, behindAccessors);
  }
  for (let i = 0; i < saved.length; i++) {
    const { key, descriptor } = saved[i] as Property;
    known[key] = true;
    if (isSame(descriptor, getOwnPropertyDescriptor(globalThis, key))) continue;
    // Node replaces some accessors by their value when they are first read: that is no change.
    if (!descriptor.get) changed = true;
    defineProperty(globalThis, key, descriptor);
  }
  const now = ownKeys(globalThis);
  for (let i = 0; i < now.length; i++) {
    const key = now[i] as PropertyKey;
    if (known[key]) continue;
    changed = true;
    deleteProperty(globalThis, key);
  }
  return changed;
}

function save(name: string, target: object): Saved {
  const properties = ownKeys(target).map((key) => {
    return { key, descriptor: getOwnPropertyDescriptor(target, key) as PropertyDescriptor };
  });
  return { name, target, properties };
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isSame(a: PropertyDescriptor, b: PropertyDescriptor | undefined): boolean {
  const sameValue = b !== undefined && is(a.value, b.value);
  return sameValue && a.get === b.get && a.set === b.set;
}
