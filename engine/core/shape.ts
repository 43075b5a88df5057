/** Arithmetic of shapes: sizes, strides, dimensions, broadcasting. */
import { ModelError } from "./error";

export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] as number;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** How a shape is written in messages: `[2, 3]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The shape to which both broadcast, by NumPy's rules: aligned at the last dimension, sizes equal or 1.
 * @throws ModelError naming both shapes and the dimension that does not fit.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ModelError(
        `shapes ${showShape(a)} and ${showShape(b)} do not broadcast: dimension ${i} from the right is ${m} in one and ${n} in the other; expected equal sizes, or 1`,
      );
    }
    out[rank - i] = m === 1 ? n : m;
  }
  return out;
}

/** Strides with which a tensor of `shape` is read as if it had the shape `to`: 0 where it is repeated. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const own = stridesOf(shape);
  const shift = to.length - shape.length;
  return to.map((_, i) => (i < shift || shape[i - shift] === 1 ? 0 : (own[i - shift] as number)));
}

/** A dimension counted from either end, as a number from 0 to rank − 1. */
export function normalizeDim(dim: number, rank: number, argument = "dim"): number {
  const span = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -span || dim >= span) {
    throw new ModelError(
      `${argument} is ${dim}, expected an integer from ${-span} to ${span - 1} for a tensor of ${rank} dimension${rank === 1 ? "" : "s"}`,
    );
  }
  return dim < 0 ? dim + span : dim;
}

/** Several dimensions, normalised and without repetition; all of them when `dims` is undefined. */
export function normalizeDims(dims: number | readonly number[] | undefined, rank: number): number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, i) => i);
  if (!Array.isArray(dims)) {
    const dim = normalizeDim(dims as number, rank);
    return rank === 0 ? [] : [dim];
  }
  if (dims.length === 1) return rank === 0 ? [] : [normalizeDim(dims[0] as number, rank)];
  const out = dims.map((d) => normalizeDim(d, rank));
  if (new Set(out).size !== out.length) {
    throw new ModelError(`dim is ${showShape(dims)}, which names a dimension twice`);
  }
  return out.sort((a, b) => a - b);
}
