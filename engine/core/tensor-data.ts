/** Reads what a tensor is made of: a number, nested arrays, a typed array, another tensor; says what is wrong, and where. */
import { LARGEST_RANK } from "./check-shape";
import { describeValue, showValue } from "./describe";
import { askForRoom, type DType, getDefaultDtype, type Values } from "./dtype";
import { ModelError } from "./error";
import { type Shape, sizeOf } from "./shape";
import { isTensor, type NestedArray, type Tensor } from "./tensor";

/** Values of a tensor: a number, nested arrays, a typed array, or another tensor. */
export type TensorData = NestedArray | Values | Tensor;

/** Values in row-major order. */
export interface ReadData {
  readonly flat: ArrayLike<number>;
  readonly shape: Shape;
  readonly dtype: DType;
}

const expected = "a number, nested arrays, a typed array of numbers or a tensor";

/** @throws ModelError for ragged arrays, for data that contain themselves, and for what is no number */
export function readData(data: unknown): ReadData {
  if (isTensor(data)) return { flat: data.data, shape: data.shape, dtype: data.dtype };
  if (ArrayBuffer.isView(data)) return readView(data);
  if (typeof data !== "number" && typeof data !== "boolean" && !Array.isArray(data)) {
    throw new ModelError(`data is ${showValue(data)}, expected ${expected}`, hintFor(data));
  }
  return readNested(data);
}

/** The element type of a tensor that is made of a typed array. */
const dtypeOfViews: ReadonlyMap<string | undefined, DType> = new Map([
  ["Float16Array", "float32"],
  ["Float32Array", "float32"],
  ["Float64Array", "float64"],
  ["Int8Array", "int32"],
  ["Int16Array", "int32"],
  ["Int32Array", "int32"],
  ["Uint8ClampedArray", "int32"],
  ["Uint16Array", "int32"],
  ["Uint32Array", "int32"],
  ["Uint8Array", "bool"],
]);

// It knows the kind of a typed array of any realm, whatever its constructor says.
const kindOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as (this: unknown) => string | undefined;

function readView(view: ArrayBufferView): ReadData {
  const dtype = dtypeOfViews.get(kindOf.call(view));
  if (dtype === undefined) {
    throw new ModelError(`data is ${describeValue(view)}, expected ${expected}`, hintFor(view));
  }
  if (view.byteLength === 0 && isGone(view.buffer)) {
    throw new ModelError(
      `data is ${describeValue(view)} whose buffer was transferred, expected one with values`,
    );
  }
  // Each kind in the table holds numbers.
  const flat = view as unknown as ArrayLike<number>;
  return { flat, shape: [flat.length], dtype };
}

/** What a type without fractions holds. */
const bounds = { bool: [0, 1], int32: [-(2 ** 31), 2 ** 31 - 1] } as const;

/** Throws when the type that nobody asked for is too narrow for values of a typed array. */
export function checkFits({ flat, dtype }: ReadData): void {
  if (dtype !== "bool" && dtype !== "int32") return;
  const [least, most] = bounds[dtype];
  for (let i = 0; i < flat.length; i++) {
    const value = flat[i] as number;
    if (value >= least && value <= most) continue;
    throw new ModelError(
      `data holds ${value} at position ${i}, expected ${least} to ${most}: the array is read as ${dtype}`,
      { hint: `say which type is meant: { dtype: "${dtype === "bool" ? "int32" : "float64"}" }` },
    );
  }
}

/** Whether the memory was handed on to somebody else: no view can be made of it. */
function isGone(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function readNested(data: number | boolean | readonly unknown[]): ReadData {
  const shape = shapeOfNested(data);
  const size = sizeOf(shape);
  // A few arrays that hold each other many times are more numbers than there is room for.
  askForRoom("float64", size);
  const reader = new NestedReader(shape);
  reader.read(data, 0);
  return {
    flat: reader.flat,
    shape,
    dtype: reader.booleans === size && size > 0 ? "bool" : getDefaultDtype(),
  };
}

function shapeOfNested(data: unknown): number[] {
  const levels: unknown[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) {
    if (levels.includes(level)) throw new ModelError("the data contain themselves, expected numbers inside");
    if (levels.length === LARGEST_RANK) {
      throw new ModelError(`the data are nested more than ${LARGEST_RANK} levels deep`);
    }
    levels.push(level);
  }
  return levels.map((level) => (level as readonly unknown[]).length);
}

class NestedReader {
  readonly flat: number[] = [];
  booleans = 0;
  /** Where it reads: an index for each level. */
  readonly #path: number[] = [];

  constructor(private readonly shape: Shape) {}

  read(data: unknown, depth: number): void {
    if (depth === this.shape.length) {
      this.#readNumber(data);
      return;
    }
    const size = this.shape[depth] as number;
    if (!Array.isArray(data) || data.length !== size) {
      throw new ModelError(
        `rows of different sizes: found ${showValue(data)}${this.#place(depth)}, expected an array of ${size} as in the first row`,
        hintFor(data),
      );
    }
    for (let i = 0; i < size; i++) {
      this.#path[depth] = i;
      this.read(data[i], depth + 1);
    }
  }

  #readNumber(value: unknown): void {
    if (typeof value === "number") this.flat.push(value);
    else if (typeof value === "boolean") {
      this.booleans++;
      this.flat.push(value ? 1 : 0);
    } else {
      const found = Array.isArray(value) ? describeValue(value) : showValue(value);
      throw new ModelError(
        `found ${found}${this.#place(this.shape.length)}, expected a number`,
        hintFor(value),
      );
    }
  }

  #place(depth: number): string {
    return depth === 0 ? "" : ` at [${this.#path.slice(0, depth).join("][")}]`;
  }
}

/** What to do with a value that is no data but holds some. */
function hintFor(value: unknown): { hint?: string } {
  if (isTensor(value))
    return { hint: "stack([x, y]) makes one tensor of several, and gradients flow back to them" };
  if (typeof value === "bigint" || kindOf.call(value)?.startsWith("Big")) {
    return { hint: "Number(x) makes a number of a bigint" };
  }
  if (value instanceof Promise) return { hint: "is an await missing?" };
  if (value instanceof ArrayBuffer || value instanceof DataView) {
    return { hint: "say what its bytes are: new Float32Array(buffer)" };
  }
  if (value instanceof Set || ArrayBuffer.isView(value)) return { hint: "make an array of it: [...x]" };
  return value instanceof Map ? { hint: "make an array of it: [...x.values()]" } : {};
}
