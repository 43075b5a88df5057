/** JavaScript's own objects as they were before a model could change them. */
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { MessagePort, Worker } from "node:worker_threads";

// Taken before any model runs: what puts things back must not rely on what a model may have changed.
const { is } = Object;
const { ownKeys, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;

/** Node keeps these behind accessors, whose descriptors stay the same. */
const behindAccessors = { process, Buffer, performance };
/** Of these, only functions that were replaced or hidden are put back: the rest of their state is theirs. */
const ofNode: Readonly<Record<string, object>> = {
  process,
  Buffer,
  "Buffer.prototype": Buffer.prototype,
  "EventEmitter.prototype": EventEmitter.prototype,
  "Socket.prototype": Socket.prototype,
  "MessagePort.prototype": MessagePort.prototype,
  "Worker.prototype": Worker.prototype,
  "AsyncLocalStorage.prototype": AsyncLocalStorage.prototype,
};

interface Property {
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
}

export interface Saved {
  readonly name: string;
  readonly target: object;
  readonly properties: readonly Property[];
  /** Whether all that a model adds is taken away. */
  readonly isWhole: boolean;
}

/** What all code relies on; to be taken before any model runs. */
export function saveGlobals(): Saved[] {
  const saved: Saved[] = [];
  const add = (name: string, target: object | null) => {
    if (target !== null) saved.push({ name, target, properties: propertiesOf(target), isWhole: true });
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value: unknown = getOwnPropertyDescriptor(globalThis, name)?.value;
    if (!/^[A-Z]/.test(name) || !isObject(value)) continue;
    add(name, value);
    const { prototype } = value as { prototype?: unknown };
    if (isObject(prototype)) add(`${name}.prototype`, prototype);
  }
  for (const [what, value] of Object.entries(nameless())) add(what, getPrototypeOf(value));
  for (const [name, target] of Object.entries({ ...ofNode, ...nodeModules() })) {
    const properties = propertiesOf(target).filter(
      ({ descriptor }) => typeof descriptor.value === "function",
    );
    saved.push({ name, target, properties, isWhole: false });
  }
  return saved;
}

/** Node's modules call their own functions by name, where a model may have put others. */
function nodeModules(): Readonly<Record<string, object>> {
  const names = ["node:fs", "node:path", "node:url", "node:util", "node:v8", "node:vm", "node:crypto"];
  return Object.fromEntries(names.map((name) => [name, process.getBuiltinModule(name) as object]));
}

/** Values whose prototypes no global name leads to. */
function nameless(): Readonly<Record<string, object>> {
  function* generator() {}
  async function* later() {}
  return {
    "the iterator of arrays": [][Symbol.iterator](),
    "the iterator of maps": new Map()[Symbol.iterator](),
    "the iterator of sets": new Set()[Symbol.iterator](),
    "the iterator of strings": ""[Symbol.iterator](),
    "the iterator of matches": "".matchAll(/./g),
    "the prototype of iterators": getPrototypeOf([][Symbol.iterator]()) as object,
    "typed arrays": Uint8Array,
    "the prototype of typed arrays": Uint8Array.prototype,
    "the prototype of generators": generator.prototype as object,
    "the prototype of asynchronous generators": later.prototype as object,
  };
}

/** Puts back what was changed, as far as it can be. @returns the names of what was changed, and of what was added */
export function restoreGlobals(saved: readonly Saved[]): { changed: string[]; added: string[] } {
  const changed: string[] = [];
  const added: string[] = [];
  for (let i = 0; i < saved.length; i++) {
    const { name, target, properties, isWhole } = saved[i] as Saved;
    const known = Object.create(null) as Record<PropertyKey, true>;
    for (let j = 0; j < properties.length; j++) {
      const { key, descriptor } = properties[j] as Property;
      known[key] = true;
      if (isSame(descriptor, getOwnPropertyDescriptor(target, key))) continue;
      if (defineProperty(target, key, descriptor)) changed[changed.length] = globalName(name, key);
    }
    const now = ownKeys(target);
    if (now.length === properties.length) continue;
    for (let j = 0; j < now.length; j++) {
      const key = now[j] as PropertyKey;
      const isReplacement = hides(target, key);
      if (known[key] || !(isWhole || isReplacement)) continue;
      const list = isReplacement ? changed : added;
      if (deleteProperty(target, key)) list[list.length] = globalName(name, key);
    }
  }
  return { changed, added };
}

/** Whether a function stands before the one that the object inherits. */
function hides(target: object, key: PropertyKey): boolean {
  const above = getPrototypeOf(target);
  const own: unknown = getOwnPropertyDescriptor(target, key)?.value;
  return typeof own === "function" && above !== null && key in above;
}

export function globalName(name: string, key: PropertyKey): string {
  return typeof key === "symbol" ? `${name}[${key.description}]` : `${name}.${String(key)}`;
}

/** The global variables themselves. */
export function saveVariables(): readonly Property[] {
  return propertiesOf(globalThis);
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

function propertiesOf(target: object): Property[] {
  return ownKeys(target).map((key) => {
    return { key, descriptor: getOwnPropertyDescriptor(target, key) as PropertyDescriptor };
  });
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isSame(a: PropertyDescriptor, b: PropertyDescriptor | undefined): boolean {
  const sameValue = b !== undefined && is(a.value, b.value);
  return sameValue && a.get === b.get && a.set === b.set;
}
