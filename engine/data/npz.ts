/** NumPy's formats: .npy for an array, .npz for a zip archive of them. */
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { ModelError } from "../error";
import { permute } from "../ops/view";
import { sizeOf } from "../shape";
import { quietly } from "../tape";
import { Tensor } from "../tensor";
import { bytesOf, readValues, type StoredType, storedAs, writeValues } from "./stored-values";

const magic = "\x93NUMPY";

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
 * @throws ModelError for bytes that are no such file, and for types that are no numbers
 */
export function readNpy(bytes: Uint8Array): Tensor {
  if (bytes.length < 10 || strFromU8(bytes.subarray(0, 6), true) !== magic) {
    throw new ModelError('readNpy(): the file does not begin with "\\x93NUMPY", expected a .npy file');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirstVersion = bytes[6] === 1;
  const length = isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = isFirstVersion ? 10 : 12;
  const { type, shape, isFortran } = readHeader(strFromU8(bytes.subarray(start, start + length)));
  const data = bytes.subarray(start + length);
  const expected = sizeOf(shape) * bytesOf(type);
  if (data.length < expected) {
    throw new ModelError(`readNpy(): found ${data.length} bytes of numbers, expected ${expected}`);
  }
  const values = readValues(data, type, sizeOf(shape));
  if (!isFortran) return new Tensor(values.data, shape, values.dtype);
  // Columns lie together: the same numbers are an array with its dimensions reversed.
  const reversed = new Tensor(values.data, shape.toReversed(), values.dtype);
  return quietly(() => permute(reversed, shape.map((_, i) => i).reverse()));
}

/** The header is a Python dictionary, always written the same way. */
function readHeader(text: string): { type: StoredType; shape: number[]; isFortran: boolean } {
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1] ?? "";
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1];
  const type = types[descr];
  if (type === undefined) {
    throw new ModelError(
      `readNpy(): the array has type ${JSON.stringify(descr)}, expected one of ${Object.keys(types).join(", ")}`,
    );
  }
  if (shape === undefined) throw new ModelError(`readNpy(): no shape in the header ${JSON.stringify(text)}`);
  const sizes = shape.split(",").filter((each) => each.trim() !== "");
  return { type, shape: sizes.map(Number), isFortran: /'fortran_order':\s*True/.test(text) };
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

/** The arrays of a .npz file by name. @throws ModelError for bytes that are no zip archive of arrays */
export function readNpz(bytes: Uint8Array): Record<string, Tensor> {
  const entries = Object.entries(unzip(bytes)).filter(([name]) => name.endsWith(".npy"));
  return Object.fromEntries(entries.map(([name, file]) => [name.slice(0, -".npy".length), readNpy(file)]));
}

function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelError(`readNpz(): the file is no zip archive (${reason}), expected a .npz file`);
  }
}

/** Tensors by name as the bytes of a .npz file. */
export function writeNpz(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const files = Object.entries(tensors).map(([name, x]) => [`${name}.npy`, writeNpy(x)] as const);
  return zipSync(Object.fromEntries(files));
}
