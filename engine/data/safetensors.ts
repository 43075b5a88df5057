/** The .safetensors format: a length, a JSON header, the numbers. */
import { strFromU8, strToU8 } from "fflate";
import { ModelError } from "../error";
import { sizeOf } from "../shape";
import { Tensor } from "../tensor";
import { bytesOf, readValues, type StoredType, storedAs, writeValues } from "./stored-values";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const types: Readonly<Record<string, StoredType>> = {
  F64: "f64",
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
  I64: "i64",
  U64: "u64",
  I32: "i32",
  U32: "u32",
  I16: "i16",
  U16: "u16",
  I8: "i8",
  U8: "u8",
  BOOL: "bool",
};

/**
 * The tensors of a .safetensors file by name, as `loadStateDict` takes them. Half precision becomes float32, integers
 * int32.
 * @throws ModelError for bytes that are no such file
 */
export function readSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  const { header, data } = readHeader(bytes);
  const names = Object.keys(header).filter((name) => name !== "__metadata__");
  return Object.fromEntries(names.map((name) => [name, readEntry(name, header[name], data)]));
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < 8) throw wrong(`the file has ${bytes.length} bytes, expected at least 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8) {
    throw wrong(`the header should have ${length} bytes, the file has ${bytes.length - 8} after its length`);
  }
  try {
    const header: unknown = JSON.parse(strFromU8(bytes.subarray(8, 8 + length)));
    if (typeof header === "object" && header !== null) {
      return { header: header as Record<string, unknown>, data: bytes.subarray(8 + length) };
    }
  } catch {
    // Reported below, as for a header that is JSON but no object.
  }
  throw wrong("the header is no JSON object");
}

function readEntry(name: string, found: unknown, data: Uint8Array): Tensor {
  const { dtype, shape, data_offsets: offsets } = found as Partial<Entry>;
  const type = types[dtype ?? ""];
  if (type === undefined) {
    throw wrong(`${name} has type ${dtype}, expected one of ${Object.keys(types).join(", ")}`);
  }
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw wrong(`${name} has shape ${JSON.stringify(shape)}, expected an array of sizes`);
  }
  const [start, end] = offsets ?? [0, -1];
  const expected = sizeOf(shape) * bytesOf(type);
  if (start < 0 || end > data.length || end - start !== expected) {
    throw wrong(`${name} lies at bytes ${start} to ${end} of ${data.length}, expected ${expected} bytes`);
  }
  const values = readValues(data.subarray(start, end), type, sizeOf(shape));
  return new Tensor(values.data, shape, values.dtype);
}

function wrong(message: string): ModelError {
  return new ModelError(`readSafetensors(): ${message}`);
}

/** Tensors by name, such as a `stateDict`, as the bytes of a .safetensors file. */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, x] of Object.entries(tensors)) {
    const part = writeValues(x.data, x.dtype);
    const dtype = storedAs[x.dtype].toUpperCase();
    header[name] = { dtype, shape: x.shape, data_offsets: [offset, offset + part.length] };
    offset += part.length;
    parts.push(part);
  }
  const text = strToU8(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(text, 8);
  let at = 8 + length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
