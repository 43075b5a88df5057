/** Lends addresses in the shared memory for the time of one kernel call: operands outside of it are copied in, results out. */
import type { Values } from "../../core/dtype";
import { ModelError } from "../../core/error";
import { release, reserve } from "./blocks";
import { addressOf, wholeAs } from "./memory";

type Floats = Float32Array | Float64Array;
type Results = Floats | Int32Array;

/** Room for small operands, handed out from its start in every call. */
const DESK_BYTES = 2 ** 20;
const desk = takeBlock(DESK_BYTES).address;
let used = 0;
let blocks: { readonly address: number; readonly bytes: number }[] = [];
let results: { readonly values: Results; readonly address: number }[] = [];

function takeBlock(bytes: number) {
  const block = reserve(bytes);
  if (block === null) throw new ModelError(`no memory left: a kernel needs ${bytes} bytes of working space`);
  return block;
}

/** Working space until `settle`; its content is undefined. */
export function borrow(bytes: number): number {
  const size = Math.ceil(Math.max(bytes, 1) / 64) * 64;
  if (used + size <= DESK_BYTES) {
    used += size;
    return desk + used - size;
  }
  const block = takeBlock(size);
  blocks.push(block);
  return block.address;
}

/** Address of an operand as values of the type of `like`, which may be another than its own. */
export function lend(values: Values, like: Floats): number {
  const own = values.constructor === like.constructor ? addressOf(values) : 0;
  if (own !== 0) return own;
  const width = like.BYTES_PER_ELEMENT;
  const address = borrow(values.length * width);
  wholeAs(like).set(values, address / width);
  return address;
}

/** Address for a result; its values arrive with `settle`. */
export function lendResult(values: Results): number {
  const own = addressOf(values);
  if (own !== 0) return own;
  const address = borrow(values.byteLength);
  results.push({ values, address });
  return address;
}

/** Ends the call: results go where they belong, working space is free again. */
export function endLoan(): void {
  if (results.length > 0) {
    for (const { values, address } of results) {
      const from = address / values.BYTES_PER_ELEMENT;
      values.set(wholeAs(values).subarray(from, from + values.length));
    }
    results = [];
  }
  if (blocks.length > 0) {
    for (const block of blocks) release(block);
    blocks = [];
  }
  used = 0;
}
