/** The memory that tensors and WebAssembly kernels share: blocks by size class, returned when nobody holds them. */
import { type DType, newValues, type Values } from "../../dtype";

const PAGE = 65_536;
/** Growth is at least this many pages (16 MiB): growing costs a call into the system. */
const GROWTH = 256;
/** Smaller tensors live on JavaScript's heap, where allocation is cheaper and the collector is faster. */
const SMALL_BYTES = 2_048;
/** Beyond this the heap takes over: in a loop that never yields, nothing is returned until it ends. */
const BUDGET_BYTES = 1 << 30;

export const memory = new WebAssembly.Memory({ initial: GROWTH, maximum: PAGE, shared: true });

/** Growing makes a new buffer object; the old ones still show the same bytes. */
const buffers = new WeakSet<SharedArrayBuffer>([memory.buffer]);
const free = new Map<number, number[]>();
/** Address 0 stays unused. */
let top = 64;

const bytesPerElement: Readonly<Record<DType, number>> = { float32: 4, float64: 8, int32: 4, bool: 1 };

/** The block size that serves `bytes`: powers of two in four steps, so that at most a fifth is wasted. */
function classOf(bytes: number): number {
  const step = 2 ** Math.max(4, Math.ceil(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** Address of a free block; null when the budget is used up. To be given back with `release`. */
export function reserve(bytes: number): { address: number; block: number } | null {
  const block = classOf(bytes);
  const reused = free.get(block)?.pop();
  if (reused !== undefined) return { address: reused, block };
  if (top + block > BUDGET_BYTES) return null;
  const missing = top + block - memory.buffer.byteLength;
  if (missing > 0) {
    memory.grow(Math.max(GROWTH, Math.ceil(missing / PAGE)));
    buffers.add(memory.buffer);
  }
  const address = top;
  top += Math.ceil(block / 64) * 64;
  return { address, block };
}

/** Gives a block back. */
export function release(address: number, block: number): void {
  const list = free.get(block);
  if (list === undefined) free.set(block, [address]);
  else list.push(address);
}

const collected = new FinalizationRegistry<{ address: number; block: number }>(({ address, block }) =>
  release(address, block),
);

/** Values for a tensor, in the shared memory when they are large; their content is undefined. */
export function allocateShared(dtype: DType, size: number): Values {
  const bytes = size * bytesPerElement[dtype];
  if (bytes < SMALL_BYTES) return newValues(dtype, size);
  const place = reserve(bytes);
  if (place === null) return newValues(dtype, size);
  const values = newValues(dtype, size, { buffer: memory.buffer, byteOffset: place.address });
  collected.register(values, place);
  return values;
}

/** Address of values that lie in the shared memory; 0 for others. */
export function addressOf(values: Values): number {
  const { buffer } = values;
  return buffer instanceof SharedArrayBuffer && buffers.has(buffer) ? values.byteOffset : 0;
}
