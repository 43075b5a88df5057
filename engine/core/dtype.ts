/** Element types, their typed arrays, and how they combine. */
import { collector } from "./collector";
import { InternalError, ModelError } from "./error";
import { showCount } from "./number-text";

/** Element types: two of floating point, which take gradients, 32-bit integers, and booleans. */
export type DType = "float32" | "float64" | "int32" | "bool";
export type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

const order: readonly DType[] = ["bool", "int32", "float32", "float64"];

export function isDType(value: unknown): value is DType {
  return order.includes(value as DType);
}

export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

type AllocationGuard = (bytes: number, dtype: DType, size: number) => void;
let guard: AllocationGuard | null = null;

/** Has `check` asked before each allocation; it throws when there is no room. Null: no limit. */
export function guardAllocations(check: AllocationGuard | null): void {
  guard = check;
}

const bytesOf: Readonly<Record<DType, number>> = { bool: 1, int32: 4, float32: 4, float64: 8 };

/** Tensors up to this size live on JavaScript's heap: the collector is quick with them, and copying them costs little. */
const SMALL_BYTES = 8_192;

/** No array of JavaScript has more. */
const MOST_BYTES = 2 ** 33;

type Allocator = (dtype: DType, size: number) => Values;
let allocator: Allocator | null = null;

/** Has `make` provide the memory of large tensors, not zero-filled; null: JavaScript's heap. */
export function allocateWith(make: Allocator | null): void {
  allocator = make;
}

/** @throws whatever the guard throws when there is no room for `size` elements; ModelError when nothing has so many */
export function askForRoom(dtype: DType, size: number): void {
  const bytes = size * bytesOf[dtype];
  // A size that is no number would move the end of the slab to nowhere, and later arrays would share their place.
  if (!(bytes >= 0)) throw new InternalError(`memory for ${size} elements was asked for`);
  guard?.(bytes, dtype, size);
  if (bytes > MOST_BYTES) throw tooLarge(dtype, size);
}

function tooLarge(dtype: DType, size: number): ModelError {
  return new ModelError(`${showSize(dtype, size)} is more than the memory holds`);
}

/** As messages about memory call a tensor: "an int32 tensor of 1,000 elements". */
export function showSize(dtype: DType, size: number): string {
  return `${dtype === "int32" ? "an" : "a"} ${dtype} tensor of ${showCount(size)} elements`;
}

/** A typed array for `size` elements whose content is undefined: for results that are written in full. */
export function allocateUnset(dtype: DType, size: number): Values {
  askForRoom(dtype, size);
  const isSmall = size * bytesOf[dtype] <= SMALL_BYTES;
  if (isSmall) return newValues(dtype, size);
  try {
    return allocator === null ? newValues(dtype, size) : allocator(dtype, size);
  } catch (error) {
    throw error instanceof RangeError ? tooLarge(dtype, size) : error;
  }
}

/** A zero-filled typed array for `size` elements. */
export function allocate(dtype: DType, size: number): Values {
  const values = allocateUnset(dtype, size);
  return values.byteLength > SMALL_BYTES ? values.fill(0) : values;
}

/** Small arrays are cut from slabs of this size: a buffer for each would cost more than the work on it. */
const SLAB_BYTES = 16_384;
const MOST_IN_SLAB = 2_048;
/** V8 keeps arrays up to this size inside of the object. */
const INLINE_BYTES = 64;
let slab = new ArrayBuffer(SLAB_BYTES);
let slabTop = 0;

/**
 * The collector counts objects, not the buffers behind them, so that many megabytes of buffers wait for it. Where it can
 * be asked, it is after so many bytes.
 */
const YOUNG_BYTES = 2 ** 20;
let youngBytes = 0;

function noteBuffer(bytes: number): void {
  youngBytes += bytes;
  if (youngBytes < YOUNG_BYTES) return;
  youngBytes = 0;
  collector()?.collectYoung();
}

/** A zero-filled typed array on JavaScript's heap; small ones share a buffer. */
export function newValues(dtype: DType, size: number): Values {
  const bytes = size * bytesOf[dtype];
  if (bytes <= INLINE_BYTES) return viewOf(dtype, size);
  if (bytes > MOST_IN_SLAB) {
    noteBuffer(bytes);
    return viewOf(dtype, size);
  }
  if (slabTop + bytes > SLAB_BYTES) {
    noteBuffer(SLAB_BYTES);
    slab = new ArrayBuffer(SLAB_BYTES);
    slabTop = 0;
  }
  const values = viewOf(dtype, size, slab, slabTop);
  slabTop += Math.ceil(bytes / 8) * 8;
  return values;
}

/** A typed array over `buffer` from `offset` on, or with a buffer of its own. */
export function viewOf(dtype: DType, size: number, buffer?: ArrayBufferLike, offset = 0): Values {
  switch (dtype) {
    case "float32":
      return buffer ? new Float32Array(buffer, offset, size) : new Float32Array(size);
    case "float64":
      return buffer ? new Float64Array(buffer, offset, size) : new Float64Array(size);
    case "int32":
      return buffer ? new Int32Array(buffer, offset, size) : new Int32Array(size);
    case "bool":
      return buffer ? new Uint8Array(buffer, offset, size) : new Uint8Array(size);
  }
}

/** The value that a typed array of this type would hold. */
export function roundTo(dtype: DType, value: number): number {
  if (dtype === "float64") return value;
  if (dtype === "float32") return Math.fround(value);
  return dtype === "int32" ? value | 0 : value & 255;
}

/** The wider of two element types (bool < int32 < float32 < float64), as PyTorch promotes tensors. */
function widest(a: DType, b: DType): DType {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

interface Typed {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/**
 * The element type of a result of several tensors. As in PyTorch, a tensor without dimensions does not widen
 * the others unless it is of a higher kind (floating point against integer).
 */
export function promote(tensors: readonly Typed[]): DType {
  const first = (tensors[0] as Typed).dtype;
  if (tensors.every((t) => t.dtype === first)) return first;
  let dimensioned: DType = "bool";
  let scalar: DType = "bool";
  let any = false;
  for (const t of tensors) {
    if (t.shape.length > 0) {
      dimensioned = widest(dimensioned, t.dtype);
      any = true;
    } else scalar = widest(scalar, t.dtype);
  }
  if (!any) return scalar;
  const rank = (d: DType) => (isFloat(d) ? 2 : d === "int32" ? 1 : 0);
  return rank(scalar) > rank(dimensioned) ? scalar : dimensioned;
}

let defaultFloat: "float32" | "float64" = "float32";

/** The element type of tensors made without one: "float32" unless `setDefaultDtype` has changed it. */
export function getDefaultDtype(): "float32" | "float64" {
  return defaultFloat;
}

/** Sets the element type of tensors made from plain numbers. */
export function setDefaultDtype(dtype: "float32" | "float64"): void {
  if (dtype !== "float32" && dtype !== "float64") {
    throw new ModelError(`setDefaultDtype: expected "float32" or "float64", found ${JSON.stringify(dtype)}`);
  }
  defaultFloat = dtype;
}
