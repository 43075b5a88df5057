/** The values that a tensor is made of: nested arrays are measured and read, and what is wrong in them is named. */
import { describe, show } from "./describe";
import { type DType, dtypeOf, getDefaultDtype, type Values } from "./dtype";
import { ModelError } from "./error";
import { LARGEST_RANK, type Shape } from "./shape";
import { isTensor, type NestedArray, type Tensor } from "./tensor";

/** Values of a tensor: a number, nested arrays, a typed array, or another tensor. */
export type TensorData = NestedArray | Values | Tensor;

export interface ReadData {
  readonly flat: ArrayLike<number>;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** @throws ModelError for ragged arrays, and for what is no number, with its place */
export function readData(data: TensorData): ReadData {
  if (isTensor(data)) return { flat: data.data, shape: data.shape, dtype: data.dtype };
  if (ArrayBuffer.isView(data)) return readView(data);
  const shape = shapeOfNested(data);
  const flat: number[] = [];
  const kinds = new Set<string>();
  if (!flatten(data, shape, 0, flat, kinds)) throw wrongValue(data, shape, []);
  const boolean = kinds.size === 1 && kinds.has("boolean");
  return { flat, shape, dtype: boolean ? "bool" : getDefaultDtype() };
}

const elementTypes = ["Float32Array", "Float64Array", "Int32Array", "Uint8Array"];

function readView(data: Values): ReadData {
  const type = Object.prototype.toString.call(data).slice("[object ".length, -1);
  if (!elementTypes.includes(type)) {
    throw new ModelError(
      `data is ${/^[AEIOU]/.test(type) ? "an" : "a"} ${type}, expected one of ${elementTypes.join(", ")}, or nested arrays`,
      {
        hint: "Array.from(data, Number) makes an array of it",
      },
    );
  }
  if (data.length === 0 && isGone(data.buffer)) {
    throw new ModelError("the memory of data was transferred to somewhere else, expected values", {
      hint: "copy it before it is transferred",
    });
  }
  return { flat: data, shape: [data.length], dtype: dtypeOf(data) };
}

/** Nothing can be made over a buffer that was transferred. */
function isGone(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function shapeOfNested(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let level: NestedArray | undefined = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > LARGEST_RANK) {
      throw new ModelError(`data is nested more than ${LARGEST_RANK} levels deep`, {
        hint: "does an array hold itself?",
      });
    }
  }
  return shape;
}

/** @returns whether all of it are numbers in rows of one size */
function flatten(
  data: NestedArray,
  shape: Shape,
  depth: number,
  flat: number[],
  kinds: Set<string>,
): boolean {
  if (depth === shape.length) {
    if (typeof data !== "number" && typeof data !== "boolean") return false;
    kinds.add(typeof data);
    flat.push(Number(data));
    return true;
  }
  if (!Array.isArray(data) || data.length !== shape[depth]) return false;
  for (const item of data) if (!flatten(item, shape, depth + 1, flat, kinds)) return false;
  return true;
}

/** Goes to the first value that `flatten` refuses. */
function wrongValue(data: NestedArray, shape: Shape, at: readonly number[]): ModelError | null {
  const depth = at.length;
  const isLeaf = depth === shape.length;
  if (isLeaf ? typeof data === "number" || typeof data === "boolean" : false) return null;
  if (!isLeaf && Array.isArray(data) && data.length === shape[depth]) {
    for (let i = 0; i < data.length; i++) {
      const found = wrongValue(data[i] as NestedArray, shape, [...at, i]);
      if (found) return found;
    }
    return null;
  }
  const place = at.map((i) => `[${i}]`).join("");
  if (!isLeaf) {
    return new ModelError(
      `rows of different sizes: found ${describe(data)} at ${place || "the top"}, expected an array of ${shape[depth]} as in the first row`,
    );
  }
  const hint = hintFor(data);
  return new ModelError(
    place === ""
      ? `data is ${show(data)}, expected a number, nested arrays or a typed array`
      : `found ${show(data)} at ${place} among the values, expected numbers`,
    hint === null ? {} : { hint },
  );
}

function hintFor(value: unknown): string | null {
  if (isTensor(value)) return "stack([…]) makes one tensor of several";
  if (typeof value !== "object" || value === null) return null;
  if (ArrayBuffer.isView(value)) return "Array.from(…) makes a plain array of a typed one";
  return Object.prototype.toString.call(value) === "[object Promise]" ? "is an await missing?" : null;
}
