/** A hand-written function as its lines are looked at: run it, and run it with something changed. */

/** One input or field by which it is differentiated. */
export interface Differentiated {
  readonly x: Float64Array;
  /** The gradient that the backward pass gives, and that of the differences; NaN where that is not known. */
  readonly given: Float64Array;
  readonly true: Float64Array;
}

export interface Experiment {
  readonly parts: readonly Differentiated[];
  /** The weighted output, with other numbers in a part. */
  loss(part?: number, x?: Float64Array): number;
  /** A forward and a backward pass for a multiple of the gradient of the output: the gradients of all parts. */
  gradients(factor?: number): readonly (Float64Array | null)[];
}

/** One vector over the elements of all parts. */
export function joined(vectors: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(vectors.reduce((sum, each) => sum + each.length, 0));
  vectors.reduce((at, each) => {
    all.set(each, at);
    return at + each.length;
  }, 0);
  return all;
}

/** How one number influences a vector: the slope of both sides. */
export function slopeOf(size: number, at: (by: number) => Float64Array): Float64Array | null {
  const step = STEP * (size > 0 ? size : 1);
  const [after, before] = [at(step), at(-step)];
  if (after.length !== before.length) return null;
  const slope = after.map((v, i) => (v - (before[i] as number)) / (2 * step));
  return slope.every(Number.isFinite) ? slope : null;
}

/** Gradients depend on most steps of a backward pass in proportion, so that a large one is exact. */
const STEP = 1e-3;

/** The same to one side: what depends in proportion, as a gradient does on its parts, needs no more. */
export function changeOf(
  before: Float64Array,
  size: number,
  at: (by: number) => Float64Array,
): Float64Array | null {
  const step = SMALL_STEP * (size > 0 ? size : 1);
  const after = at(step);
  if (after.length !== before.length) return null;
  const slope = after.map((v, i) => (v - (before[i] as number)) / step);
  return slope.every(Number.isFinite) ? slope : null;
}

const SMALL_STEP = 1e-5;
