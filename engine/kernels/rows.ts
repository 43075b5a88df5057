/** Sums and combinations over groups of rows: what normalisation layers are made of. */
import type { Values } from "../core/dtype";

/** x is seen as [a, groups, b]; a group is made up of the first and the last dimension. */
export interface Groups {
  readonly groups: number;
  readonly b: number;
}

/**
 * sums[c] = Σ (x − shift[c]) · (y − shift[c]) over group c, or Σ x when y is null; in double precision.
 * @param shift nothing is taken away when null
 */
export function dotRows(
  x: Values,
  y: Values | null,
  shift: Float64Array | null,
  sums: Float64Array,
  { groups, b }: Groups,
): void {
  sums.fill(0);
  for (let row = 0, from = 0; from < x.length; row++, from += b) {
    const c = row % groups;
    const less = shift === null ? 0 : (shift[c] as number);
    sums[c] = (sums[c] as number) + (y === null ? rowSum(x, from, b) : rowDot(x, y, less, from, b));
  }
}

function rowSum(x: Values, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += x[i] as number;
  return sum;
}

function rowDot(x: Values, y: Values, less: number, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += ((x[i] as number) - less) * ((y[i] as number) - less);
  return sum;
}

/** out = scale[c] · (x − shift[c] − tilt[c] · y) for every element of group c. */
export function combineRows(
  x: Values,
  y: Values,
  out: Values,
  [scale, shift, tilt]: readonly [Float64Array, Float64Array, Float64Array],
  { groups, b }: Groups,
): void {
  for (let row = 0, from = 0; from < x.length; row++, from += b) {
    const c = row % groups;
    const [s, d, t] = [scale[c] as number, shift[c] as number, tilt[c] as number];
    for (let i = from; i < from + b; i++) out[i] = s * ((x[i] as number) - d - t * (y[i] as number));
  }
}
