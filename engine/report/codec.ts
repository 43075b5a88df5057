/**
 * A trace as bytes, and back: a header of JSON with everything that is no column, then the columns, each in the narrowest
 * type that holds its numbers exactly. All is little-endian, as every machine that runs JavaScript today.
 */
import { strFromU8, strToU8 } from "fflate";
import { type Column, schema, type TableName, type Tables } from "./schema";
import type { Trace, TraceHead } from "./trace";

const narrowest = [Uint8Array, Uint16Array, Uint32Array, Float32Array, Float64Array] as const;
type Numbers = InstanceType<(typeof narrowest)[number]>;

/** Where the numbers of a column are, or the one number that all of its rows have. */
type Place =
  | { readonly length: number; readonly all: number }
  | { readonly length: number; readonly type: number; readonly offset: number };

interface Header {
  readonly head: TraceHead;
  readonly texts: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  /** By table, in the order of the schema's columns. */
  readonly columns: Readonly<Record<string, readonly Place[]>>;
}

/** JSON has no NaN and no infinities: those are written as texts that begin with a character that no name begins with. */
const strange = new Map([
  ["\u0000NaN", Number.NaN],
  ["\u0000Infinity", Number.POSITIVE_INFINITY],
  ["\u0000-Infinity", Number.NEGATIVE_INFINITY],
]);

export function encodeTrace(trace: Trace): Uint8Array<ArrayBuffer> {
  const parts: Numbers[] = [];
  let end = 0;
  const put = (column: Column): Place => {
    const { length } = column;
    const [first = Number.NaN] = [column[0]];
    // JSON knows no -0 either.
    if (Number.isFinite(first) && !Object.is(first, -0) && isUniform(column)) return { length, all: first };
    const type = narrowestFor(column);
    const numbers = (narrowest[type] ?? Float64Array).from(column);
    const offset = Math.ceil(end / numbers.BYTES_PER_ELEMENT) * numbers.BYTES_PER_ELEMENT;
    end = offset + numbers.byteLength;
    parts.push(numbers);
    return { length, type, offset };
  };
  const places = Object.entries(schema).map(([table, columns]) => {
    const own: Readonly<Record<string, Column>> = trace.tables[table as TableName];
    return [table, Object.keys(columns).map((name) => put(own[name] ?? []))] as const;
  });
  const columns = Object.fromEntries(places);
  const header: Header = { head: trace.head, texts: trace.texts, shapes: trace.shapes, columns };
  const { bytes, start } = withHeader(header, end);
  const offsets = Object.values(columns).flatMap((list) =>
    list.flatMap((place) => ("offset" in place ? place.offset : [])),
  );
  parts.forEach(({ buffer, byteOffset, byteLength }, i) => {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), start + (offsets[i] ?? 0));
  });
  return bytes;
}

/** Bytes that begin with a header, with room for so many of columns from `start` on. */
function withHeader(header: Header, room: number) {
  const json = strToU8(JSON.stringify(header, writeStrange));
  const start = startBehind(json.length);
  const bytes = new Uint8Array(start + room);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  return { bytes, start };
}

/** Where the columns begin. */
function startBehind(jsonLength: number): number {
  return Math.ceil((8 + jsonLength) / 8) * 8;
}

function readHeader({ buffer, byteOffset, byteLength }: Uint8Array): { header: Header; start: number } {
  const jsonLength = byteLength < 8 ? 0 : new DataView(buffer, byteOffset).getUint32(0, true);
  if (jsonLength === 0 || 8 + jsonLength > byteLength) throw damaged("its header is cut off");
  const json = strFromU8(new Uint8Array(buffer, byteOffset + 8, jsonLength));
  return { header: JSON.parse(json, readStrange) as Header, start: startBehind(jsonLength) };
}

/** The bytes of a trace with another head; its tables are copied as they are. @throws Error for bytes that hold no trace */
export function changeHead(
  trace: Uint8Array,
  change: (head: TraceHead) => TraceHead,
): Uint8Array<ArrayBuffer> {
  const { header, start } = readHeader(trace);
  const columns = trace.subarray(start);
  const changed = withHeader({ ...header, head: change(header.head) }, columns.length);
  changed.bytes.set(columns, changed.start);
  return changed.bytes;
}

/** The trace that was encoded, sharing its memory. @throws Error for bytes that hold none; see `traceForm` for what it holds */
export function decodeTrace(bytes: Uint8Array): Trace {
  const all = aligned(bytes);
  const { buffer, byteOffset, byteLength } = all;
  const { header, start } = readHeader(all);
  const { head, texts, shapes, columns } = header;
  const numbersAt = (place: Place | undefined): Column => {
    if (place === undefined) throw damaged("a column is missing");
    const { length } = place;
    if (!Number.isSafeInteger(length) || length < 0 || length > MOST_ROWS)
      throw damaged("a column is too long");
    if ("all" in place) return new Float64Array(length).fill(place.all);
    const Type = narrowest[place.type];
    const from = start + place.offset;
    if (!Type || !(place.offset >= 0) || from % Type.BYTES_PER_ELEMENT !== 0)
      throw damaged("a column has no place");
    if (from + length * Type.BYTES_PER_ELEMENT > byteLength) throw damaged("it is cut off");
    return new Type(buffer, byteOffset + from, length);
  };
  const tables = Object.entries(schema).map(([table, names]) => {
    const places = columns?.[table] ?? [];
    return [table, Object.fromEntries(Object.keys(names).map((name, i) => [name, numbersAt(places[i])]))];
  });
  return { head, texts, shapes, tables: Object.fromEntries(tables) as Tables };
}

/** A column of more rows was not made by a run. */
const MOST_ROWS = 2 ** 26;

function damaged(why: string): Error {
  return new Error(`This is no trace, or a damaged one: ${why}.`);
}

/** The bytes where typed arrays can look at them. */
function aligned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && byteOffset % 8 === 0
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : Uint8Array.from(bytes);
}

function isUniform(column: Column): boolean {
  for (let i = 1; i < column.length; i++) if (!Object.is(column[i], column[0])) return false;
  return true;
}

/** Index of the narrowest type that holds all of a column's numbers exactly. */
function narrowestFor(column: Column): number {
  let isWhole = true;
  let isSingle = true;
  let most = 0;
  for (let i = 0; i < column.length && (isWhole || isSingle); i++) {
    const v = column[i] as number;
    // 1 / -0 is below 0; whole numbers have no sign there.
    isWhole &&= v >= 0 && v < 2 ** 32 && Math.floor(v) === v && 1 / v > 0;
    isSingle &&= Math.fround(v) === v || Number.isNaN(v);
    if (v > most) most = v;
  }
  if (isWhole) return most < 2 ** 8 ? 0 : most < 2 ** 16 ? 1 : 2;
  return isSingle ? 3 : 4;
}

export function writeStrange(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? `\u0000${value}` : value;
}

export function readStrange(_key: string, value: unknown): unknown {
  return typeof value === "string" ? (strange.get(value) ?? value) : value;
}
