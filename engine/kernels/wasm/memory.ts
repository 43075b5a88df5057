/** The memory of tensors: blocks of what they share with the kernels, given back when nobody holds the tensors. */
import { now } from "../../core/clock";
import { collector } from "../../core/collector";
import { type DType, newValues, type Values, viewOf } from "../../core/dtype";
import { type Block, isShared, newest, release, reserve } from "./blocks";

const MIB = 2 ** 20;

interface Owned {
  readonly block: Block;
  /** The values that lie in it, where a collector can be asked; null elsewhere. */
  readonly values: WeakRef<Values> | null;
}

/** Blocks that tensors own, by address. */
const owned = new Map<number, Owned>();
let ownedBytes = 0;
let budget = 256 * MIB;

/** Beyond this many bytes new tensors live on JavaScript's heap. */
export function setMemoryBudget(bytes: number): void {
  budget = bytes;
}

/** Bytes of the shared memory that tensors occupy. */
export function bytesInUse(): number {
  return ownedBytes;
}

function giveBack(block: Block): void {
  if (disown(block)) unseenBytes = Math.max(0, unseenBytes - block.bytes);
}

function disown(block: Block): boolean {
  if (owned.get(block.address)?.block !== block) return false;
  owned.delete(block.address);
  ownedBytes -= block.bytes;
  // A new record, so that a late report about the old owner cannot free the block of the next one.
  release({ ...block });
  return true;
}

const unreachable = new FinalizationRegistry<Block>(disown);
let log: Block[] | null = null;

/** Runs `fn` and notes what it allocates. */
export function logAllocations<T>(fn: () => T): [result: T, blocks: readonly Block[]] {
  const outer = log;
  const own: Block[] = [];
  passes += 1;
  log = own;
  try {
    const result = fn();
    // Null when someone in between wanted its allocations left to the collector.
    return [result, log === null ? [] : own];
  } finally {
    log = outer;
  }
}

/** From now on what runs under `logAllocations` may keep its tensors: nothing is given back early. */
export function keepAllocations(): void {
  log = null;
}

/** Those blocks that hold none of `values`. */
export function without(blocks: readonly Block[], values: Iterable<Values>): readonly Block[] {
  if (blocks.length === 0) return blocks;
  const kept = addressesOf(values);
  return blocks.filter(({ address }) => !kept.has(address));
}

/** Gives blocks back at once, but not those that hold `values`; returns the latter. */
export function releaseExcept(blocks: readonly Block[], values: Iterable<Values>): readonly Block[] {
  if (blocks.length === 0) return blocks;
  const kept = addressesOf(values);
  for (const block of blocks) if (!kept.has(block.address)) giveBack(block);
  return blocks.filter(({ address }) => kept.has(address));
}

function addressesOf(values: Iterable<Values>): Set<number> {
  const addresses = new Set<number>();
  for (const each of values) addresses.add(addressOf(each));
  return addresses;
}

/** Bytes that were allocated, and not given back by name, since the collector was last made to look. */
let unseenBytes = 0;

/**
 * The collector decides by the memory it knows of, and this one it does not know. So for every so many bytes a buffer
 * that is never touched, and therefore takes no room, lives as long as the values that were allocated last. Smaller
 * ones would be made of used memory, which has to be cleared.
 */
const STAND_IN_BYTES = 33 * MIB;
const standIns = new WeakMap<Values, ArrayBuffer>();

/**
 * Reports of the registry wait until the thread comes to rest, which a training loop that never yields does not do.
 * Where the platform can collect in the middle of a run, it is asked to after so many bytes: few, for a process that
 * stays small, but more while the work between two collections is not worth one.
 */
const LEAST_ROOM = 10 * MIB;
const MOST_ROOM = 96 * MIB;
/** Passes that note their allocations; a training loop does so in every step. */
let passes = 0;
/** The room is found in this many passes: a process that trains on stays as large as it is then. */
const SETTLING_PASSES = 100;
/** Collections that take more than this part of the time get more room, while it is being found and later. */
const EARLY_SHARE = 1 / 12;
const LATE_SHARE = 1 / 2;
let room = LEAST_ROOM;
let collectedAt = 0;

/** Gives back the blocks of values that nobody holds; where nobody can tell, nothing happens. Never during a kernel's call. */
export function collectUnreachable(): void {
  const began = now();
  collector()?.collectAll();
  for (const { block, values } of [...owned.values()]) {
    if (values !== null && values.deref() === undefined) disown(block);
  }
  unseenBytes = 0;
  const ended = now();
  const share = passes < SETTLING_PASSES ? EARLY_SHARE : LATE_SHARE;
  if (ended - began > share * (ended - collectedAt)) room = Math.min(MOST_ROOM, 2 * room);
  collectedAt = ended;
}

/** Values for a tensor, in the shared memory as long as the budget lasts. Their content is undefined. */
export function allocateShared(dtype: DType, size: number): Values {
  const canCollect = collector() !== null;
  if (canCollect && unseenBytes >= room) collectUnreachable();
  const bytes = size * (dtype === "float64" ? 8 : dtype === "bool" ? 1 : 4);
  // Blocks that kernels borrowed come back to the same lists, so the limit of `reserve` alone would not bound what is owned.
  const block = ownedBytes + bytes > budget ? null : reserve(bytes, budget);
  unseenBytes += block?.bytes ?? bytes;
  if (block === null) return newValues(dtype, size);
  const values = viewOf(dtype, size, newest, block.address);
  owned.set(block.address, { block, values: canCollect ? new WeakRef(values) : null });
  ownedBytes += block.bytes;
  log?.push(block);
  if (!canCollect) awaitReport(values, block);
  return values;
}

/** Without a collector that can be asked, the registry's report gives the block back. */
function awaitReport(values: Values, block: Block): void {
  unreachable.register(values, block);
  if (unseenBytes < STAND_IN_BYTES) return;
  unseenBytes -= STAND_IN_BYTES;
  standIns.set(values, new ArrayBuffer(STAND_IN_BYTES));
}

/** Gives back the memory of values at once; whoever still holds them sees what comes after. Others stay as they are. */
export function releaseValues(values: Values): void {
  const address = addressOf(values);
  const found = address === 0 ? undefined : owned.get(address);
  if (found !== undefined) giveBack(found.block);
}

/** Address of values that lie in the shared memory; 0 for others. */
export function addressOf(values: Values): number {
  const { buffer } = values;
  return isShared(buffer) ? values.byteOffset : 0;
}

/** Views of the whole memory, for copying in and out. */
let views = viewsOf(newest);

function viewsOf(buffer: ArrayBufferLike) {
  return {
    buffer,
    float32: new Float32Array(buffer),
    float64: new Float64Array(buffer),
    int32: new Int32Array(buffer),
  };
}

/** The whole memory, with elements of the type of `values`. */
export function wholeAs<T extends Float32Array | Float64Array | Int32Array>(values: T) {
  if (views.buffer !== newest) views = viewsOf(newest);
  if (values instanceof Float32Array) return views.float32;
  return values instanceof Float64Array ? views.float64 : views.int32;
}
