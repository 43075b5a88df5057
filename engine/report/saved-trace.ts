/**
 * A saved trace, the content of a `.gradlens` file: eight letters, a version and a checksum, then the trace, the checks, and
 * the values of its nodes as far as there is room. It is read without the model, and without an engine.
 */
import { strFromU8, strToU8 } from "fflate";
import { crc32 } from "../core/crc32";
import { readStrange, writeStrange } from "./codec";
import { count, type Form, listOf, number, object, recordOf } from "./forms";
import { type OpenReport, openBytes } from "./open-bytes";
import type { Check, Finding } from "./report";
import { check, finding } from "./report-form";

const LETTERS = "GRADLENS";
/** Grows when older readers could not make sense of a file. */
const SAVED_VERSION = 2;
const HEAD_BYTES = 16;

/** Elements of a value or a gradient, in the type that they have. */
export type SavedElements = Float32Array | Float64Array | Int32Array | Uint8Array;
const types = [Float32Array, Float64Array, Int32Array, Uint8Array] as const;

export type Of = "value" | "grad";
const sides: readonly Of[] = ["value", "grad"];

/** What is saved beside a trace and its values. */
export interface SavedFacts {
  readonly checks: readonly Check[];
  /** What the checks found besides. */
  readonly findings: readonly Finding[];
  /** When it was saved, in milliseconds since 1970. */
  readonly savedAt: number;
  /** The marks of the files that ran, by path; see `markOfText`. */
  readonly sources: Readonly<Record<string, number>>;
}

/** A trace with what else is known of its run. */
export interface SavedTrace extends SavedFacts {
  readonly report: OpenReport;
  /** The elements of a node; null where they were not saved. */
  elements(node: number, of: Of): SavedElements | null;
  /** How many values and gradients are there. */
  readonly kept: number;
  /** How many values and gradients were left out, for their size. */
  readonly leftOut: number;
}

interface Parts extends SavedFacts {
  readonly leftOut: number;
  readonly traceBytes: number;
  /** Four numbers for each: node, 0 or 1 for value or gradient, type, elements. */
  readonly values: readonly number[];
}

/** Tells one text of a file from others, whatever mark of its encoding it begins with. */
export function markOfText(text: string): number {
  return crc32(strToU8(text.replace(/^\ufeff/, "")));
}

/** Values of more bytes together are left out unless a person asks for more. */
const MOST_VALUE_BYTES = 2 ** 25;

interface ToSave extends SavedFacts {
  /** The trace as it crossed the border. */
  readonly trace: Uint8Array;
  readonly nodes: number;
  elements(node: number, of: Of): SavedElements | null;
}

/** The bytes of a file. Values are taken in the order of the nodes, small ones before large ones, until there is no more room. */
export function encodeSaved(
  { trace, nodes, elements, checks, findings, savedAt, sources }: ToSave,
  mostBytes = MOST_VALUE_BYTES,
): Uint8Array<ArrayBuffer> {
  const all = Array.from({ length: nodes }, (_, node) =>
    sides.flatMap((of) => {
      const found = elements(node, of);
      return found ? [{ node, side: sides.indexOf(of), found }] : [];
    }),
  ).flat();
  let room = mostBytes;
  const fitting = all
    .toSorted((a, b) => a.found.byteLength - b.found.byteLength)
    .filter(({ found }) => {
      room -= found.byteLength;
      return room >= 0;
    });
  const parts: Parts = {
    checks,
    findings,
    savedAt,
    sources,
    leftOut: all.length - fitting.length,
    traceBytes: trace.length,
    values: fitting.flatMap(({ node, side, found }) => [node, side, typeOf(found), found.length]),
  };
  const header = strToU8(JSON.stringify(parts, writeStrange));
  const start = aligned(HEAD_BYTES + 4 + header.length);
  let end = start + aligned(trace.length);
  const offsets = fitting.map(({ found }) => {
    const offset = end;
    end = aligned(end + found.byteLength);
    return offset;
  });
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  bytes.set(strToU8(LETTERS));
  view.setUint32(8, SAVED_VERSION, true);
  view.setUint32(HEAD_BYTES, header.length, true);
  bytes.set(header, HEAD_BYTES + 4);
  bytes.set(trace, start);
  fitting.forEach(({ found }, i) => {
    bytes.set(new Uint8Array(found.buffer, found.byteOffset, found.byteLength), offsets[i] ?? 0);
  });
  view.setUint32(12, crc32(bytes.subarray(HEAD_BYTES)), true);
  return bytes;
}

/** @throws Error, one sentence, for bytes that are no saved trace, a damaged one, or one of a later version */
export function openSaved(given: Uint8Array): SavedTrace {
  const { buffer, byteOffset, byteLength } = given;
  // A plain array of bytes even where it was read as a Buffer of Node, which borders would take for something else.
  const bytes =
    byteOffset % 8 === 0 ? new Uint8Array(buffer, byteOffset, byteLength) : Uint8Array.from(given);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD_BYTES + 4 || strFromU8(bytes.subarray(0, 8), true) !== LETTERS)
    throw new Error("This is no trace of Gradlens: it does not begin with its letters.");
  const version = view.getUint32(8, true);
  if (version !== SAVED_VERSION)
    throw new Error(`This trace has the version ${version}; this Gradlens reads version ${SAVED_VERSION}.`);
  if (crc32(bytes.subarray(HEAD_BYTES)) !== view.getUint32(12, true))
    throw damaged("its checksum is not right");
  const length = view.getUint32(HEAD_BYTES, true);
  const start = aligned(HEAD_BYTES + 4 + length);
  if (start > bytes.length) throw damaged("it is cut off");
  const parts = readParts(bytes.subarray(HEAD_BYTES + 4, HEAD_BYTES + 4 + length));
  const report = openBytes(bytes.subarray(start, start + parts.traceBytes));
  const places = placesOf(parts, start, bytes.length);
  for (const { node, length } of places.values())
    if (report.nodes[node]?.value.size !== length) throw damaged("its values are of other tensors");
  const { checks, findings, savedAt, sources, leftOut } = parts;
  return {
    report,
    checks,
    findings,
    savedAt,
    sources,
    kept: places.size,
    leftOut,
    elements: (node, of) => {
      const place = places.get(`${node} ${of}`);
      const Type = place && types[place.type];
      return Type
        ? new Type(bytes.buffer as ArrayBuffer, bytes.byteOffset + place.offset, place.length)
        : null;
    },
  };
}

const partsForm: Form<Parts> = object<Parts>({
  checks: listOf(check),
  findings: listOf(finding),
  savedAt: number,
  sources: recordOf(count),
  leftOut: count,
  traceBytes: count,
  values: listOf(count),
});

function readParts(header: Uint8Array): Parts {
  const parts: unknown = readJson(header);
  const misfit = partsForm.misfit(parts);
  if (misfit) throw damaged(`header${misfit.at} is not ${misfit.expected}`);
  return parts as Parts;
}

function readJson(header: Uint8Array): unknown {
  try {
    return JSON.parse(strFromU8(header), readStrange);
  } catch {
    throw damaged("its header is no JSON");
  }
}

/** Where the elements lie, by node and side. */
function placesOf({ traceBytes, values }: Parts, start: number, end: number) {
  const places = new Map<
    string,
    { readonly node: number; readonly type: number; readonly offset: number; readonly length: number }
  >();
  let offset = start + aligned(traceBytes);
  for (let i = 0; i < values.length; i += 4) {
    const [node = 0, side = 0, type = 0, length = 0] = values.slice(i, i + 4);
    const bytes = length * (types[type]?.BYTES_PER_ELEMENT ?? Number.NaN);
    if (!(offset + bytes <= end)) throw damaged("its values are cut off");
    places.set(`${node} ${sides[side]}`, { node, type, offset, length });
    offset = aligned(offset + bytes);
  }
  return places;
}

function damaged(why: string): Error {
  return new Error(`This trace is damaged: ${why}.`);
}

function typeOf(elements: SavedElements): number {
  return types.findIndex((Type) => Object.prototype.toString.call(elements) === `[object ${Type.name}]`);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
