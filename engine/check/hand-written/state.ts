/** What a layer remembers between its calls: fields, private ones too, and variables of its file. The check puts it back. */

import { deepCopy, writeAt } from "../../core/numbers";
import { privateFieldsOf } from "../../core/private-fields";
import { isTensor } from "../../core/tensor";
import type { TopLevel } from "../../core/top-level";

type Fields = Map<string, unknown>;

/** An object whose fields are put back in place, since it may hold what cannot be copied. */
interface Holder {
  read(): Fields;
  write(fields: Fields): void;
}

/** The state of an object and of everything that it holds, as it was when this was made. */
export class State {
  readonly #holders = new Map<object, Holder>();
  /** The very values, to be put back at the end. */
  readonly #own: Map<object, Fields>;
  /** What is put back before a call. */
  readonly #start: Map<object, Fields>;

  /** @param roots objects whose fields may change @param files the top level of their files */
  constructor(roots: readonly object[], files: readonly TopLevel[]) {
    for (const file of files) this.#holders.set(file, variablesOf(file));
    for (const root of roots) this.#find(root, true);
    for (const file of files) {
      for (const value of [...Object.values(file.constants()), ...Object.values(file.variables())])
        this.#find(value, false);
    }
    this.#own = this.#readAll();
    this.#start = new Map([...this.#own].map(([object, fields]) => [object, new Map(fields)]));
  }

  /** Gives every field a fresh copy of what it held, in float64. */
  restore(): void {
    const seen = new Map<unknown, unknown>();
    const stays = (value: object) => this.#holders.has(value);
    for (const [object, fields] of this.#start) {
      const copies = new Map([...fields].map(([key, value]) => [key, deepCopy(value, { stays }, seen)]));
      this.#holders.get(object)?.write(copies);
    }
  }

  /** Lets a call start with other values of some fields. */
  assume(object: object, fields: ReadonlyMap<string, unknown>): void {
    for (const [name, value] of fields) this.#start.get(object)?.set(name, value);
  }

  /** Gives every field the value itself that it held. */
  putBack(): void {
    for (const [object, fields] of this.#own) this.#holders.get(object)?.write(fields);
  }

  /** The fields of one object by name, private ones without their sign. */
  fieldsOf(object: object): Fields {
    return this.#holders.get(object)?.read() ?? new Map();
  }

  /**
   * Writes the numbers of a field, or of what stands at a path inside of it.
   * @returns what writes other numbers in the same place, whatever the field holds by then
   */
  write(
    object: object,
    [field, ...path]: readonly (string | number)[],
    data: Float64Array,
  ): (data: Float64Array) => void {
    const holder = this.#holders.get(object);
    const fields = holder?.read() ?? new Map<string, unknown>();
    const name = String(field);
    const around = { [name]: fields.get(name) };
    const put = (numbers: Float64Array) => {
      const before = around[name];
      writeAt(around, [name, ...path], numbers);
      if (path.length === 0 && around[name] !== before) holder?.write(new Map([[name, around[name]]]));
    };
    put(data);
    return put;
  }

  #readAll(): Map<object, Fields> {
    return new Map([...this.#holders].map(([object, holder]) => [object, holder.read()]));
  }

  #find(value: unknown, isRoot: boolean, seen = new Set<unknown>()): void {
    const open = [{ value, isRoot }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { value: each } = next;
      const isObject =
        (typeof each === "object" && each !== null) || (next.isRoot && typeof each === "function");
      if (!isObject || seen.has(each) || isTensor(each) || ArrayBuffer.isView(each)) continue;
      seen.add(each);
      if (next.isRoot || isInstance(each)) this.#holders.set(each, fieldsOf(each));
      for (const inner of insideOf(each, this.#holders.get(each))) open.push({ value: inner, isRoot: false });
    }
  }
}

function insideOf(value: object, holder: Holder | undefined): Iterable<unknown> {
  if (holder) return holder.read().values();
  if (value instanceof Map || value instanceof Set) return value.values();
  // An array of numbers is not looked through: no object stands in it.
  if (Array.isArray(value) && typeof value[0] === "number") return [];
  return isPlain(value) ? Object.values(value) : [];
}

function isPlain(value: object): boolean {
  const type: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || type === null || Object.getPrototypeOf(type) === null;
}

const builtIn = [Map, Set, WeakMap, WeakSet, Date, RegExp, Promise, Error, ArrayBuffer] as const;

/** An object of a class of the model file. */
function isInstance(value: object): boolean {
  return !isPlain(value) && !builtIn.some((type) => value instanceof type);
}

function fieldsOf(object: object): Holder {
  const hidden = privateFieldsOf(object);
  const isOwn = (key: string) => {
    const found = Object.getOwnPropertyDescriptor(object, key);
    return found !== undefined && found.writable === true && typeof found.value !== "function";
  };
  return {
    read() {
      const own = Object.keys(object).filter(isOwn);
      const fields = new Map(own.map((key) => [key, (object as Record<string, unknown>)[key]]));
      for (const [name, [read]] of hidden) fields.set(fields.has(name) ? `#${name}` : name, read(object));
      return fields;
    },
    write(fields) {
      for (const [name, value] of fields) {
        const field = hidden.get(name.replace(/^#/, ""));
        if (field && (name.startsWith("#") || !isOwn(name))) field[1](object, value);
        else if (!Object.isFrozen(object)) (object as Record<string, unknown>)[name] = value;
      }
    },
  };
}

function variablesOf(file: TopLevel): Holder {
  return {
    read: () => new Map(Object.entries(file.variables()).filter(([, value]) => typeof value !== "function")),
    write: (fields) => file.write({ ...file.variables(), ...Object.fromEntries(fields) }),
  };
}
