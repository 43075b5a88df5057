/** The numbers in what a hand-written layer takes and gives: tensors, plain numbers, nested arrays, typed arrays. */
import { isFloat } from "../../dtype";
import { sizeOf } from "../../shape";
import { Tensor } from "../../tensor";

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
export function flatten(value: unknown): Flat | null {
  if (typeof value === "number") {
    const rebuild = (data: Float64Array) => data[0] as number;
    return { data: Float64Array.of(value), shape: [], continuous: true, rebuild };
  }
  if (value instanceof Tensor) {
    const continuous = isFloat(value.dtype);
    const rebuild = (data: Float64Array) => (continuous ? new Tensor(data, value.shape, "float64") : value);
    return { data: Float64Array.from(value.data), shape: value.shape, continuous, rebuild };
  }
  if (value instanceof Float32Array || value instanceof Float64Array) {
    const rebuild = (data: Float64Array) => data;
    return { data: Float64Array.from(value), shape: [value.length], continuous: true, rebuild };
  }
  if (ArrayBuffer.isView(value) && "length" in value) {
    const data = Float64Array.from(value as unknown as ArrayLike<number>);
    return { data, shape: [data.length], continuous: false, rebuild: () => value };
  }
  return Array.isArray(value) ? flattenArray(value) : null;
}

function flattenArray(rows: readonly unknown[]): Flat | null {
  const parts = rows.map(flatten);
  const [first] = parts;
  if (first === null || first === undefined) return null;
  const key = first.shape.join();
  if (!parts.every((part): part is Flat => part !== null && part.shape.join() === key)) return null;
  const each = sizeOf(first.shape);
  const data = new Float64Array(each * parts.length);
  parts.forEach((part, i) => {
    data.set(part.data, i * each);
  });
  return {
    data,
    shape: [parts.length, ...first.shape],
    continuous: parts.every(({ continuous }) => continuous),
    rebuild: (all) => parts.map((part, i) => part.rebuild(all.slice(i * each, (i + 1) * each))),
  };
}

/** A deep copy in which float32 is float64. Functions and what is no plain data stay shared. */
export function copyOf<T>(value: T, seen = new Map<unknown, unknown>()): T {
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value) as T;
  if (value instanceof Tensor) {
    const data = isFloat(value.dtype) ? Float64Array.from(value.data) : value.data;
    return new Tensor(data, value.shape, isFloat(value.dtype) ? "float64" : value.dtype) as T;
  }
  if (value instanceof Float32Array || value instanceof Float64Array) return Float64Array.from(value) as T;
  if (ArrayBuffer.isView(value) || value instanceof Date || value instanceof RegExp) return value;
  const copy = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value) as object | null);
  seen.set(value, copy);
  if (value instanceof Map || value instanceof Set) return value;
  for (const [key, item] of Object.entries(value)) copy[key] = copyOf(item, seen);
  return copy as T;
}
