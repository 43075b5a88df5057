/** The .safetensors format: a length, a JSON header, the numbers. */
import { strFromU8, strToU8 } from "fflate";
import { LARGEST_RANK } from "../core/check-shape";
import { inFunction, isModelError, ModelError } from "../core/error";
import { sizeOf } from "../core/shape";
import { Tensor } from "../core/tensor";
import { quoted, shown } from "./quoted";
import { bytesOf, readValues, type StoredType, storedAs, writeValues } from "./stored-values";

/** A tensor as the header describes it: its type, its shape, and where its numbers lie behind the header. */
interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

const METADATA = "__metadata__";
/** What the format allows. */
const LARGEST_HEADER = 100_000_000;

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
 * int32. As the format demands, the tensors fill the bytes behind the header without gaps and without overlaps.
 * @throws ModelError for bytes that are no such file, naming the tensor
 */
export function readSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  return inFunction("readSafetensors", () => {
    const { header, data } = readHeader(bytes);
    const entries = Object.entries(header)
      .filter(([name, found]) => name !== METADATA || !checkMetadata(found))
      .map(([name, found]) => readEntry(name, found));
    checkPlaces(entries, data.length);
    return Object.fromEntries(entries.map((entry) => [entry.name, readTensor(entry, data)]));
  });
}

function readHeader(bytes: Uint8Array): { header: object; data: Uint8Array } {
  if (bytes.length < 8) throw new ModelError(`the file has ${bytes.length} bytes, expected at least 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > Math.min(bytes.length - 8, LARGEST_HEADER)) {
    throw new ModelError(
      `the header should have ${length} bytes, the file has ${bytes.length - 8} after its length; expected at most ${LARGEST_HEADER}`,
    );
  }
  const given = bytes.subarray(8, 8 + length);
  const text = strFromU8(given);
  const isUtf8 = strToU8(text).every((byte, i) => byte === given[i]);
  try {
    const header: unknown = JSON.parse(text);
    if (isUtf8 && isObject(header)) return { header, data: bytes.subarray(8 + length) };
  } catch {
    // Reported below, as for a header that is JSON but no object.
  }
  throw new ModelError("the header is no JSON object in UTF-8");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True; the texts that go with the tensors are not read. @throws ModelError when they are no texts */
function checkMetadata(found: unknown): true {
  if (isObject(found) && Object.values(found).every((each) => typeof each === "string")) return true;
  throw new ModelError(`${METADATA} is ${shown(found)}, expected an object of texts`);
}

function readEntry(name: string, found: unknown): Entry {
  const label = quoted(name);
  if (!isObject(found)) throw new ModelError(`${label} is ${shown(found)}, expected an object`);
  const { dtype, shape, data_offsets: offsets, ...rest } = found as Record<string, unknown>;
  const type = typeof dtype === "string" && Object.hasOwn(types, dtype) ? types[dtype] : undefined;
  if (type === undefined) {
    throw new ModelError(
      `${label} has type ${shown(dtype)}, expected one of ${Object.keys(types).join(", ")}`,
    );
  }
  if (!isSizes(shape) || shape.length > LARGEST_RANK || !Number.isSafeInteger(sizeOf(shape))) {
    throw new ModelError(`${label} has shape ${shown(shape)}, expected an array of sizes`);
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new ModelError(`${label} has data_offsets ${shown(offsets)}, expected the first byte and the last`);
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new ModelError(`${label} has a field ${quoted(unknown)}, expected dtype, shape and data_offsets`);
  }
  return { name, type, shape, start: offsets[0] as number, end: offsets[1] as number };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** @throws ModelError unless the tensors fill the `size` bytes one after the other */
function checkPlaces(entries: readonly Entry[], size: number): void {
  let filled = 0;
  for (const { name, type, shape, start, end } of entries.toSorted(
    (a, b) => a.start - b.start || a.end - b.end,
  )) {
    const expected = sizeOf(shape) * bytesOf(type);
    const label = `${quoted(name)} lies at bytes ${start} to ${end} of ${size}`;
    if (end > size || end - start !== expected) throw new ModelError(`${label}, expected ${expected} bytes`);
    if (start !== filled)
      throw new ModelError(`${label}, expected it to begin at ${filled}, behind the one before`);
    filled = end;
  }
  if (filled !== size)
    throw new ModelError(`the tensors fill ${filled} bytes, the file has ${size} for them`);
}

function readTensor({ name, type, shape, start, end }: Entry, data: Uint8Array): Tensor {
  try {
    const values = readValues(data.subarray(start, end), type, sizeOf(shape));
    return new Tensor(values.data, shape, values.dtype);
  } catch (error) {
    throw isModelError(error) ? new ModelError(`${quoted(name)}: ${error.message}`) : error;
  }
}

/** Tensors by name, such as a `stateDict`, as the bytes of a .safetensors file. */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = new Map<string, unknown>(Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : []);
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, x] of Object.entries(tensors)) {
    if (name === METADATA)
      throw new ModelError(
        `writeSafetensors(): a tensor is called ${METADATA}, expected another name: that one is taken`,
      );
    const part = writeValues(x.data, x.dtype);
    const dtype = storedAs[x.dtype].toUpperCase();
    header.set(name, { dtype, shape: x.shape, data_offsets: [offset, offset + part.length] });
    offset += part.length;
    parts.push(part);
  }
  const text = strToU8(JSON.stringify(Object.fromEntries(header)));
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
