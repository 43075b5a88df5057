/** The numbers in what a hand-written layer takes and gives: tensors, plain numbers, nested arrays, typed arrays. */

import { isFloat } from "./dtype";
import { privateFieldsOf } from "./private-fields";
import { sizeOf } from "./shape";
import { isTensor, Tensor } from "./tensor";

/** A value as its numbers, and the way back to its own kind. */
export interface Flat {
  readonly data: Float64Array;
  readonly shape: readonly number[];
  /** False for integers and masks, which have no derivative. */
  readonly continuous: boolean;
  /** A value of the same kind with other numbers; floating-point types become float64. */
  rebuild(data: Float64Array): unknown;
}

/** The numbers of a value, or null when it is not made of numbers or its rows differ in length. */
export function flatNumbers(value: unknown): Flat | null {
  if (typeof value === "number") {
    const rebuild = (data: Float64Array) => data[0] as number;
    return { data: Float64Array.of(value), shape: [], continuous: true, rebuild };
  }
  if (isTensor(value)) {
    const continuous = isFloat(value.dtype);
    const rebuild = (data: Float64Array) => (continuous ? new Tensor(data, value.shape, "float64") : value);
    return { data: Float64Array.from(value.data), shape: value.shape, continuous, rebuild };
  }
  if (value instanceof Float32Array || value instanceof Float64Array) {
    const rebuild = (data: Float64Array) => data;
    return { data: Float64Array.from(value), shape: [value.length], continuous: true, rebuild };
  }
  if (ArrayBuffer.isView(value) && "length" in value) {
    const data = Float64Array.from(value as unknown as ArrayLike<number>, Number);
    return { data, shape: [data.length], continuous: false, rebuild: () => value };
  }
  return Array.isArray(value) ? flattenArray(value) : null;
}

function flattenArray(rows: readonly unknown[]): Flat | null {
  const parts = Array.from(rows, flatNumbers);
  const [first] = parts;
  if (first === null || first === undefined) return null;
  const key = first.shape.join();
  if (!parts.every((part): part is Flat => part !== null && part.shape.join() === key)) return null;
  return joined(parts, [parts.length, ...first.shape]);
}

function joined(parts: readonly Flat[], shape: readonly number[]): Flat {
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  const starts: number[] = [];
  let length = 0;
  for (const part of parts) {
    starts.push(length);
    data.set(part.data, length);
    length += part.data.length;
  }
  return {
    data,
    shape,
    continuous: parts.every(({ continuous }) => continuous),
    rebuild: (all) =>
      parts.map((part, i) =>
        part.rebuild(all.slice(starts[i] as number, (starts[i] as number) + sizeOf(part.shape))),
      ),
  };
}

type Key = string | number;

/** Numbers somewhere inside of a value. */
export interface Leaf {
  readonly path: readonly Key[];
  readonly flat: Flat;
}

/** An array of more parts than this that differ in shape is one list of numbers. */
const MAX_LIST = 16;
const MAX_DEPTH = 4;
/** What tells of an array's form, not of its values. */
const formal =
  /^(?:shape|strides?|dims?|sizes?|rows|cols|columns|length|ndim|offset|size|width|height|depth|channels|batch)$/i;

/** The numbers of a value that may be a dictionary, a list of arrays of different shapes, or an object with arrays in it. */
export function leavesOf(value: unknown, depth = 0): Leaf[] {
  const flat = flatNumbers(value);
  if (flat !== null) return [{ path: [], flat }];
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  if (Array.isArray(value) && value.length > MAX_LIST) {
    const parts = value.map((each) => leavesOf(each, depth + 1));
    const isNumeric = parts.every(
      ([first, second]) => first !== undefined && second === undefined && first.path.length === 0,
    );
    if (isNumeric) return [{ path: [], flat: joinedList(parts.flat().map((leaf) => leaf.flat)) }];
  }
  const inside = entriesOf(value).map(([key, each]) => ({ key, leaves: leavesOf(each, depth + 1) }));
  const isArrayLike = inside.some(({ leaves }) => leaves.some((leaf) => leaf.flat.shape.length > 0));
  return inside.flatMap(({ key, leaves }) =>
    leaves
      .filter((leaf) => Array.isArray(value) || !isArrayLike || !isForm(key, leaf.flat))
      .map((leaf) => ({ path: [key, ...leaf.path], flat: leaf.flat })),
  );
}

function joinedList(parts: readonly Flat[]): Flat {
  return joined(parts, [parts.reduce((sum, part) => sum + part.data.length, 0)]);
}

function isForm(key: Key, { data, shape }: Flat): boolean {
  return data.every(Number.isInteger) && (shape.length === 0 || formal.test(String(key)));
}

function entriesOf(value: object): [Key, unknown][] {
  if (Array.isArray(value)) return value.map((each: unknown, i) => [i, each]);
  if (value instanceof Map)
    return [...value].flatMap(([key, each]): [Key, unknown][] =>
      typeof key === "string" ? [[key, each]] : [],
    );
  return isOpaque(value) ? [] : Object.entries(value);
}

/** What can neither be copied nor taken apart from outside. */
function isOpaque(value: object): boolean {
  return (
    value instanceof Date ||
    value instanceof RegExp ||
    value instanceof Set ||
    value instanceof WeakMap ||
    value instanceof Promise ||
    privateFieldsOf(value).size > 0
  );
}

/** What stands at a path inside of a value. */
export function partAt(value: unknown, path: readonly Key[]): unknown {
  return path.reduce<unknown>(inside, value);
}

function inside(value: unknown, key: Key): unknown {
  if (value instanceof Map) return value.get(key);
  // A tensor has no parts, and says so to whoever asks.
  if (isTensor(value)) return key === "grad" ? value.grad : undefined;
  return (value as Record<Key, unknown> | null | undefined)?.[key];
}

/** The same value with another part at a path; what lies on the way is copied. */
export function replaced<T>(value: T, path: readonly Key[], part: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return part as T;
  const inner = replaced(partAt(value, [key]), rest, part);
  if (value instanceof Map) return new Map(value).set(key, inner) as T;
  if (Array.isArray(value)) return value.map((each: unknown, i) => (i === key ? inner : each)) as T;
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as T;
  return Object.assign(copy as object, value, { [key]: inner }) as T;
}

/** Writes numbers into what stands at a path, in place where it is no plain number. */
export function writeAt(holder: unknown, path: readonly Key[], data: Float64Array): void {
  const target = partAt(holder, path);
  if (typeof target !== "number") {
    writeInto(target, data);
    return;
  }
  const around = partAt(holder, path.slice(0, -1));
  const key = path.at(-1) as Key;
  if (around instanceof Map) around.set(key, data[0]);
  else (around as Record<Key, unknown>)[key] = data[0];
}

/** @returns how many numbers were taken */
function writeInto(target: unknown, data: Float64Array): number {
  if (isTensor(target)) return writeInto(target.data, data);
  if (target instanceof Float32Array || target instanceof Float64Array) {
    target.set(data.subarray(0, target.length));
    return target.length;
  }
  if (!Array.isArray(target)) return 0;
  let taken = 0;
  for (const [i, each] of target.entries()) {
    if (typeof each === "number") target[i] = data[taken++];
    else taken += writeInto(each, data.subarray(taken));
  }
  return taken;
}

export interface Copying {
  /** Counts what was copied. */
  readonly copied?: { numbers: number };
  /** Objects that stay what they are. */
  readonly stays?: (value: object) => boolean;
}

/** A deep copy in which float32 is float64. Functions, and objects that cannot be copied from outside, stay shared. */
export function deepCopy<T>(value: T, how: Copying = {}, seen = new Map<unknown, unknown>()): T {
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known as T;
  if (isTensor(value) || ArrayBuffer.isView(value)) {
    const copy = copyArray(value);
    if (how.copied) how.copied.numbers += isTensor(value) ? value.size : value.byteLength / 8;
    seen.set(value, copy);
    return copy as T;
  }
  if (how.stays?.(value) || isLocked(value)) return value;
  if (value instanceof Set)
    return copyEach(new Set(), [...value], (to, each) => to.add(deepCopy(each, how, seen)), value, seen) as T;
  if (value instanceof Map)
    return copyEach(
      new Map(),
      [...value],
      (to, [key, each]) => to.set(key, deepCopy(each, how, seen)),
      value,
      seen,
    ) as T;
  if (Array.isArray(value)) return copyList(value, how, seen) as T;
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>;
  return copyEach(
    copy,
    Object.entries(value),
    (to, [key, each]) => define(to, key, deepCopy(each, how, seen)),
    value,
    seen,
  ) as T;
}

function isLocked(value: object): boolean {
  return !(value instanceof Map || value instanceof Set) && isOpaque(value);
}

function copyList(value: readonly unknown[], how: Copying, seen: Map<unknown, unknown>): unknown[] {
  const copy = new Array<unknown>(value.length);
  seen.set(value, copy);
  if (how.copied) how.copied.numbers += value.length;
  // Holes stay holes: a forward pass may ask for them.
  for (let i = 0; i < value.length; i++) if (i in value) copy[i] = deepCopy(value[i], how, seen);
  return copy;
}

function copyEach<C, E>(
  copy: C,
  entries: readonly E[],
  put: (copy: C, entry: E) => void,
  value: unknown,
  seen: Map<unknown, unknown>,
): C {
  seen.set(value, copy);
  for (const entry of entries) put(copy, entry);
  return copy;
}

/** An own property even where the class has a setter or a constant of that name. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function copyArray(value: Tensor | ArrayBufferView): unknown {
  if (isTensor(value)) {
    const data = isFloat(value.dtype) ? Float64Array.from(value.data) : value.data.slice();
    return new Tensor(data, value.shape, isFloat(value.dtype) ? "float64" : value.dtype);
  }
  if (value instanceof Float32Array || value instanceof Float64Array) return Float64Array.from(value);
  return "slice" in value ? (value as Uint8Array).slice() : value;
}
