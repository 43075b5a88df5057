/** Zip archives, read strictly: nothing is inflated before its size, its place and its name are known to be sound. */
import { inflateSync, strFromU8 } from "fflate";
import { crc32 } from "../core/crc32";
import { ModelError } from "../core/error";
import { quoted } from "./quoted";

/** One file of an archive, as its directory describes it (PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16). */
interface Entry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly crc: number;
  /** Bytes in the archive, and after inflating. */
  readonly stored: number;
  readonly size: number;
  /** Where its own header begins, and where its bytes do. */
  readonly header: number;
  readonly start: number;
}

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LARGEST_COMMENT = 0xffff;
const ENCRYPTED = 1;
const UTF8 = 1 << 11;
const DEFLATED = 8;
/** Deflate makes nothing larger than this many times what it stores (zlib's technical notes: 1032 : 1). */
const LARGEST_RATIO = 1032;

/** The files of an archive by name, inflated when asked for. @throws ModelError, without a function's name, for bytes that are no sound archive */
export function readZip(bytes: Uint8Array): Map<string, () => Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const directory = view.getUint32(end + 16, true);
  if (count === 0xffff || directory === 0xffffffff)
    throw broken("it is of the zip64 kind, for more than 4 GiB");
  const entries = readDirectory(view, bytes, { from: directory, to: end, count });
  checkPlaces(entries, directory);
  return new Map(entries.map((entry) => [entry.name, () => contentOf(entry, bytes)]));
}

function broken(reason: string): ModelError {
  return new ModelError(`the zip archive is broken: ${reason}`);
}

/** The record at the end, found backwards: behind it there is only its comment. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - LARGEST_COMMENT); at--) {
    if (view.getUint32(at, true) !== END || view.getUint16(at + 20, true) !== last - at) continue;
    if (view.getUint16(at + 8, true) !== view.getUint16(at + 10, true) || view.getUint32(at + 4, true) !== 0)
      throw broken("it is one part of several");
    return at;
  }
  throw new ModelError("the file is no zip archive (it has no directory at its end)");
}

function readDirectory(
  view: DataView,
  bytes: Uint8Array,
  { from, to, count }: { from: number; to: number; count: number },
): Entry[] {
  const entries: Entry[] = [];
  let at = from;
  for (let n = 0; n < count; n++) {
    if (at + 46 > to || view.getUint32(at, true) !== DIRECTORY)
      throw broken(`its directory holds ${n} files, expected ${count}`);
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + name + extra + comment;
    if (next > to) throw broken("its directory runs over its end");
    entries.push(readEntry(view, bytes, at, name));
    at = next;
  }
  if (at !== to || view.getUint32(to + 12, true) !== to - from)
    throw broken(`its directory has ${at - from} bytes, expected ${to - from}`);
  return entries;
}

function readEntry(view: DataView, bytes: Uint8Array, at: number, nameLength: number): Entry {
  const flags = view.getUint16(at + 8, true);
  const name = strFromU8(bytes.subarray(at + 46, at + 46 + nameLength), (flags & UTF8) === 0);
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  const [stored, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  const header = view.getUint32(at + 42, true);
  const of = `${quoted(name)} `;
  if (flags & ENCRYPTED) throw broken(`${of}is encrypted`);
  if (method !== 0 && method !== DEFLATED)
    throw broken(`${of}is compressed in way ${method}, expected 0 or 8`);
  if (header + 30 > view.byteLength || view.getUint32(header, true) !== LOCAL)
    throw broken(`${of}does not begin at byte ${header}, where its directory says`);
  const [localName, localExtra] = [view.getUint16(header + 26, true), view.getUint16(header + 28, true)];
  const repeated = bytes.subarray(header + 30, header + 30 + localName);
  if (
    view.getUint16(header + 8, true) !== method ||
    localName !== nameLength ||
    repeated.some((byte, i) => byte !== bytes[at + 46 + i])
  )
    throw broken(`${of}is described in two ways`);
  const start = header + 30 + localName + localExtra;
  const isDeflated = method === DEFLATED;
  if (isDeflated ? size > LARGEST_RATIO * stored : size !== stored)
    throw broken(`${of}claims ${size} bytes, which ${stored} cannot hold`);
  return { name, isDeflated, crc, stored, size, header, start };
}

/** @throws ModelError when two files share bytes or a name, or reach into the directory */
function checkPlaces(entries: readonly Entry[], directory: number): void {
  const sorted = entries.toSorted((a, b) => a.header - b.header);
  const names = new Set<string>();
  for (const [i, { name, start, stored }] of sorted.entries()) {
    if (names.has(name)) throw broken(`it holds ${quoted(name)} twice`);
    names.add(name);
    if (start + stored > (sorted[i + 1]?.header ?? directory))
      throw broken(`${quoted(name)} reaches into what follows it`);
  }
}

function contentOf({ name, isDeflated, crc, stored, size, start }: Entry, bytes: Uint8Array): Uint8Array {
  const raw = bytes.subarray(start, start + stored);
  const content = isDeflated ? inflate(raw, size, name) : raw;
  if (content.length !== size) throw broken(`${quoted(name)} has ${content.length} bytes, expected ${size}`);
  if (crc32(content) !== crc) throw broken(`${quoted(name)} does not match its checksum`);
  return content;
}

function inflate(raw: Uint8Array, size: number, name: string): Uint8Array {
  try {
    return inflateSync(raw, { out: new Uint8Array(size) });
  } catch (error) {
    throw broken(`${quoted(name)}: ${error instanceof Error ? error.message : error}`);
  }
}
