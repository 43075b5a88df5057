/** NumPy's formats: .npy for an array, .npz for a zip archive of them. */
import { strFromU8, strToU8, zipSync } from "fflate";
import { inFunction, isModelError, ModelError } from "../core/error";
import { sizeOf } from "../core/shape";
import { quietly } from "../core/tape";
import { Tensor } from "../core/tensor";
import { permute } from "../ops/view";
import { readNpyHeader } from "./npy-header";
import { quoted } from "./quoted";
import { bytesOf, readValues, type StoredType, storedAs, writeValues } from "./stored-values";
import { readZip } from "./zip";

const magic = "\x93NUMPY";
const ENDING = ".npy";

const types: Readonly<Record<string, StoredType>> = {
  "<f8": "f64",
  "<f4": "f32",
  "<f2": "f16",
  "<i8": "i64",
  "<u8": "u64",
  "<i4": "i32",
  "<u4": "u32",
  "<i2": "i16",
  "<u2": "u16",
  "|i1": "i8",
  "|u1": "u8",
  "|b1": "bool",
};

const codes: Readonly<Partial<Record<StoredType, string>>> = {
  f64: "<f8",
  f32: "<f4",
  i32: "<i4",
  bool: "|b1",
};

/**
 * The array of a .npy file. Half precision becomes float32, integers int32.
 * @throws ModelError for bytes that are no such file, for types that are no numbers, and for integers beyond 32 bits
 */
export function readNpy(bytes: Uint8Array): Tensor {
  return inFunction("readNpy", () => readArray(bytes));
}

function readArray(bytes: Uint8Array): Tensor {
  const { text, data } = splitHeader(bytes);
  const { descr, shape, isFortran } = readNpyHeader(text);
  const { [descr]: type } = types;
  if (type === undefined || !Object.hasOwn(types, descr)) {
    throw new ModelError(
      `the array has type ${quoted(descr)}, expected one of ${Object.keys(types).join(", ")}`,
    );
  }
  const expected = sizeOf(shape) * bytesOf(type);
  if (data.length !== expected) {
    throw new ModelError(`found ${data.length} bytes of numbers, expected ${expected}`);
  }
  const values = readValues(data, type, sizeOf(shape));
  if (!isFortran) return new Tensor(values.data, shape, values.dtype);
  // Columns lie together: the same numbers are an array with its dimensions reversed.
  const reversed = new Tensor(values.data, shape.toReversed(), values.dtype);
  return quietly(() => permute(reversed, shape.map((_, i) => i).reverse()));
}

/** Versions 1.0, 2.0 and 3.0 differ in the width of the header's length and in its encoding (NumPy, numpy.lib.format). */
function splitHeader(bytes: Uint8Array): { text: string; data: Uint8Array } {
  if (bytes.length < 10 || strFromU8(bytes.subarray(0, 6), true) !== magic) {
    throw new ModelError('the file does not begin with "\\x93NUMPY", expected a .npy file');
  }
  const [major = 0, minor = 0] = bytes.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0) {
    throw new ModelError(`the file has version ${major}.${minor} of the format, expected 1.0, 2.0 or 3.0`);
  }
  const start = major === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : start > bytes.length ? 0 : view.getUint32(8, true);
  if (start + length > bytes.length) {
    throw new ModelError(
      `the header should have ${length} bytes, the file has ${bytes.length - start} behind its length`,
    );
  }
  const text = strFromU8(bytes.subarray(start, start + length), major < 3);
  return { text, data: bytes.subarray(start + length) };
}

/** A tensor as the bytes of a .npy file. */
export function writeNpy(x: Tensor): Uint8Array {
  const shape = x.shape.length === 1 ? `${x.shape[0]},` : x.shape.join(", ");
  const descr = codes[storedAs[x.dtype]];
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = strToU8(`${magic}\x01\x00\x00\x00${dictionary.padEnd(length - 1)}\n`, true);
  new DataView(header.buffer, header.byteOffset).setUint16(8, length, true);
  const data = writeValues(x.data, x.dtype);
  const out = new Uint8Array(header.length + data.length);
  out.set(header);
  out.set(data, header.length);
  return out;
}

/**
 * The arrays of a .npz file by name. Sizes, places, names and checksums are compared before anything is made of them.
 * @throws ModelError for bytes that are no zip archive of arrays, naming the array
 */
export function readNpz(bytes: Uint8Array): Record<string, Tensor> {
  return inFunction("readNpz", () => {
    const arrays = [...readZip(bytes)].map(([name, content]): [string, Tensor] => {
      if (!name.endsWith(ENDING))
        throw new ModelError(`the archive holds ${quoted(name)}, expected .npy files only`);
      return [name.slice(0, -ENDING.length), readMember(name, content())];
    });
    return Object.fromEntries(arrays);
  });
}

function readMember(name: string, bytes: Uint8Array): Tensor {
  try {
    return readArray(bytes);
  } catch (error) {
    throw isModelError(error) ? new ModelError(`${quoted(name)}: ${error.message}`) : error;
  }
}

/** Tensors by name as the bytes of a .npz file. */
export function writeNpz(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const files = Object.entries(tensors).map(([name, x]) => [name + ENDING, writeNpy(x)] as const);
  return zipSync(Object.fromEntries(files));
}
