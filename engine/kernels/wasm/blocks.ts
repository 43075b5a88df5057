/** The memory that tensors and WebAssembly kernels share, in blocks by size class. */

const PAGE = 65_536;
/** 2 GiB: addresses stay positive 32-bit integers. */
const MAX_PAGES = 32_768;

/** The address space may be limited: less will do. */
function openMemory(maximum: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 64, maximum, shared: true });
  } catch (error) {
    if (maximum <= 1024) throw error;
    return openMemory(maximum / 4);
  }
}

export const memory = openMemory(MAX_PAGES);

/** Growing makes a new buffer object; the old ones still show the same bytes. */
export let newest = memory.buffer;
const buffers = new WeakSet<object>([newest]);

/** A piece of the shared memory. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** Blocks that were given back, by size, and how many bytes they are. */
const free = new Map<number, Block[]>();
let freeBytes = 0;
/** Free memory of any size, by address. */
let spans: Block[] = [];
/** Address 0 stays unused. */
let top = 64;

/** The block size that serves `bytes`: powers of two in four steps, so that at most a fifth is wasted. */
function classOf(bytes: number): number {
  const step = 2 ** Math.max(6, Math.ceil(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** A block of at least `bytes`, its content undefined; to be given back with `release`. Null when there is no room. */
export function reserve(bytes: number, limit = MAX_PAGES * PAGE): Block | null {
  const size = classOf(bytes);
  const reused = free.get(size)?.pop();
  if (reused !== undefined) {
    freeBytes -= size;
    return reused;
  }
  const block = extend(size, limit) ?? carve(size);
  if (block !== null || freeBytes < size) return block;
  joinFree();
  return extend(size, limit) ?? carve(size);
}

/** A block beyond all others. */
function extend(size: number, limit: number): Block | null {
  if (top + size > limit || !grow(top + size)) return null;
  const block = { address: top, bytes: size };
  top += size;
  return block;
}

/** A block out of the first span that is large enough. */
function carve(size: number): Block | null {
  const index = spans.findIndex(({ bytes }) => bytes >= size);
  const span = spans[index];
  if (span === undefined) return null;
  const rest = { address: span.address + size, bytes: span.bytes - size };
  spans.splice(index, 1, ...(rest.bytes > 0 ? [rest] : []));
  return { address: span.address, bytes: size };
}

/** Makes spans of all free blocks: what one model left in many small sizes serves the large ones of the next. */
function joinFree(): void {
  const blocks = [...spans, ...[...free.values()].flat()].sort((a, b) => a.address - b.address);
  free.clear();
  freeBytes = 0;
  spans = [];
  for (const block of blocks) {
    const last = spans.at(-1);
    if (last === undefined || last.address + last.bytes !== block.address) spans.push(block);
    else spans[spans.length - 1] = { address: last.address, bytes: last.bytes + block.bytes };
  }
  const last = spans.at(-1);
  if (last === undefined || last.address + last.bytes !== top) return;
  top = last.address;
  spans.pop();
}

function grow(to: number): boolean {
  const missing = to - newest.byteLength;
  if (missing <= 0) return true;
  // By half at least: growing makes buffer objects, and there should be few.
  const wanted = Math.max(Math.ceil(missing / PAGE), Math.ceil(newest.byteLength / 2 / PAGE));
  try {
    memory.grow(Math.min(wanted, MAX_PAGES - newest.byteLength / PAGE));
  } catch {
    return false;
  }
  newest = memory.buffer;
  buffers.add(newest);
  return newest.byteLength >= to;
}

/** Gives a block back. */
export function release(block: Block): void {
  freeBytes += block.bytes;
  const list = free.get(block.bytes);
  if (list === undefined) free.set(block.bytes, [block]);
  else list.push(block);
}

/** Whether a buffer shows the shared memory. */
export function isShared(buffer: ArrayBufferLike): boolean {
  return buffer === newest || buffers.has(buffer);
}
