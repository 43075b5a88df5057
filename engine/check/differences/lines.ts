/** Values of which single rows move along given lines: what a product becomes when few elements of its first factor change. */
import type { Tensor } from "../../core/tensor";

/**
 * The recorded values plus multiples of lines: variant k adds `factors[n]` times line `lines[n]` of the table to row
 * `rows[n]`, for each n from k·each to (k + 1)·each. Rows and lines have `length` elements.
 */
export interface Lines {
  readonly kind: "lines";
  readonly each: number;
  readonly rows: Int32Array;
  readonly lines: Int32Array;
  readonly factors: Float64Array;
  readonly table: ArrayLike<number>;
  readonly length: number;
  /** Whose room the values take when they are wanted in full; the next ones of the same owner take it again. */
  readonly owner: object;
}

interface Room {
  readonly data: Float64Array;
  /** What it holds. */
  of: Lines;
}

const rooms = new WeakMap<object, Room>();

/** All elements of all variants. They last until others of the same owner are wanted: by then the losses of these are known. */
export function inFull(variants: Lines, base: Tensor, count: number): Float64Array {
  const known = rooms.get(variants.owner);
  const size = count * base.size;
  if (known?.of === variants && known.data.length >= size) return known.data.subarray(0, size);
  const room = known !== undefined && known.data.length >= size ? known.data : new Float64Array(size);
  for (let k = 0; k < count; k++) {
    room.set(base.data, k * base.size);
    addLines(variants, k, room, k * base.size);
  }
  rooms.set(variants.owner, { data: room, of: variants });
  return room.subarray(0, size);
}

/** Adds what variant k moves to the values that begin at `base`. */
export function addLines(
  { each, rows, lines, factors, table, length }: Lines,
  k: number,
  values: Float64Array,
  base: number,
): void {
  for (let n = k * each; n < (k + 1) * each; n++) {
    const factor = factors[n] as number;
    if (factor === 0) continue;
    let to = base + (rows[n] as number) * length;
    const end = ((lines[n] as number) + 1) * length;
    for (let from = end - length; from < end; from++) {
      values[to] = (values[to] as number) + factor * (table[from] as number);
      to++;
    }
  }
}
