/** Values of a tensor under many perturbations at once, as the changed elements only or in full. */
import type { Values } from "../../core/dtype";
import { Tensor } from "../../core/tensor";
import { inFull, type Lines } from "./lines";
import { type Pace, Pieces } from "./pace";

/** `each` changed elements per variant: variant k has `data[k·each + i]` at element `index[k·each + i]`. */
export interface Sparse {
  readonly kind: "sparse";
  readonly each: number;
  readonly index: Int32Array;
  readonly data: Values;
}

/** All elements of all variants, one after the other. */
export interface Dense {
  readonly kind: "dense";
  readonly data: Values;
}

/** What elements may become. */
export type Perturbed = Sparse | Dense;

/** The same on its way to the loss. */
export type Variants = Perturbed | Lines;

/** A scalar function of one tensor, evaluated for many variants of it at once: what differences are taken of. */
export interface Evaluation {
  /** Where it is differentiated, in float64. */
  readonly x: Tensor;
  /** Its value there. */
  readonly middle: number;
  /** How many variants are best evaluated in one call. */
  readonly chunk: number;
  /** About how many milliseconds one of them takes, at most. */
  readonly costMs: number;
  /** True for code that may round to single precision on its way; what is replayed is computed in double. */
  readonly isCoarse?: boolean;
  /** Steps suit numbers of this size at least: for a tensor whose own numbers are a rest of rounding. */
  readonly least?: number;
  losses(variants: Perturbed, count: number): Float64Array;
}

export function allocateLike(x: Tensor, size: number): Values {
  return new (x.data.constructor as Float64ArrayConstructor)(size) as Values;
}

export function toDense(variants: Variants, base: Tensor, count: number): Dense {
  if (variants.kind === "dense") return variants;
  if (variants.kind === "lines") return { kind: "dense", data: inFull(variants, base, count) };
  const data = allocateLike(base, count * base.size);
  for (let k = 0; k < count; k++) {
    data.set(base.data, k * base.size);
    for (let i = k * variants.each; i < (k + 1) * variants.each; i++) {
      data[k * base.size + (variants.index[i] as number)] = variants.data[i] as number;
    }
  }
  return { kind: "dense", data };
}

/** The losses in pieces, with a turn of the event loop between them; null when the work should stop. */
export async function lossesInTurns(
  evaluation: Evaluation,
  { each, index, data }: Sparse,
  count: number,
  pace: Pace,
): Promise<Float64Array | null> {
  const losses = new Float64Array(count);
  const pieces = new Pieces(pace, evaluation.chunk);
  for (let from = 0, to = 0; from < count; from = to) {
    if (from > 0 && !(await pace.turn())) return null;
    to = Math.min(count, from + pieces.next());
    const [a, b] = [from * each, to * each];
    const piece: Sparse = { kind: "sparse", each, index: index.subarray(a, b), data: data.subarray(a, b) };
    losses.set(evaluation.losses(piece, to - from), from);
  }
  return losses;
}

/** Variant k as a tensor, without a copy. */
export function variantOf(dense: Dense, base: Tensor, k: number): Tensor {
  return new Tensor(dense.data.subarray(k * base.size, (k + 1) * base.size), base.shape, base.dtype);
}
