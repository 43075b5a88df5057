/** Numbers as files hold them, little-endian, and as tensors do. */
import { allocate, type DType, type Values } from "../core/dtype";
import { ModelError } from "../core/error";

/** Element types of files. */
export type StoredType =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "i64"
  | "u64"
  | "i32"
  | "u32"
  | "i16"
  | "u16"
  | "i8"
  | "u8"
  | "bool";

interface Format {
  readonly bytes: number;
  readonly dtype: DType;
  read(view: DataView, at: number): number;
}

const integer = (bytes: number, read: Format["read"]): Format => ({ bytes, dtype: "int32", read });
const float = (bytes: number, dtype: DType, read: Format["read"]): Format => ({ bytes, dtype, read });

const formats: Readonly<Record<StoredType, Format>> = {
  f64: float(8, "float64", (view, at) => view.getFloat64(at, true)),
  f32: float(4, "float32", (view, at) => view.getFloat32(at, true)),
  f16: float(2, "float32", (view, at) => fromHalf(view.getUint16(at, true))),
  bf16: float(2, "float32", (view, at) => fromBrainFloat(view.getUint16(at, true))),
  i64: integer(8, (view, at) => Number(view.getBigInt64(at, true))),
  u64: integer(8, (view, at) => Number(view.getBigUint64(at, true))),
  i32: integer(4, (view, at) => view.getInt32(at, true)),
  u32: integer(4, (view, at) => view.getUint32(at, true)),
  i16: integer(2, (view, at) => view.getInt16(at, true)),
  u16: integer(2, (view, at) => view.getUint16(at, true)),
  i8: integer(1, (view, at) => view.getInt8(at)),
  u8: integer(1, (view, at) => view.getUint8(at)),
  bool: { bytes: 1, dtype: "bool", read: (view, at) => view.getUint8(at) },
};

export function bytesOf(type: StoredType): number {
  return formats[type].bytes;
}

/**
 * `count` numbers of a file as the values of a tensor; integers become int32, half precision float32.
 * @throws ModelError for an integer that int32 does not hold, and for a truth value other than 0 and 1
 */
export function readValues(
  bytes: Uint8Array,
  type: StoredType,
  count: number,
): { data: Values; dtype: DType } {
  const { bytes: width, dtype, read } = formats[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = allocate(dtype, count);
  for (let i = 0; i < count; i++) {
    const value = read(view, i * width);
    data[i] = value;
    if (dtype === "int32" && data[i] !== value) {
      throw new ModelError(`found the integer ${value}, expected at most 32 bits`);
    }
    if (dtype === "bool" && value > 1) {
      throw new ModelError(`found the byte ${value} among truth values, expected 0 or 1`);
    }
  }
  return { data, dtype };
}

/** The type in which a tensor's values are written. */
export const storedAs: Readonly<Record<DType, StoredType>> = {
  float64: "f64",
  float32: "f32",
  int32: "i32",
  bool: "bool",
};

/** Values as little-endian bytes. */
export function writeValues(data: Values, dtype: DType): Uint8Array {
  const width = formats[storedAs[dtype]].bytes;
  const out = new Uint8Array(data.length * width);
  const view = new DataView(out.buffer);
  data.forEach((value: number, i: number) => {
    if (dtype === "float64") view.setFloat64(i * width, value, true);
    else if (dtype === "float32") view.setFloat32(i * width, value, true);
    else if (dtype === "int32") view.setInt32(i * width, value, true);
    else out[i] = value;
  });
  return out;
}

/** IEEE 754 half precision: 1 bit sign, 5 exponent, 10 fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function fromBrainFloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
