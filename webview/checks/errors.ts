/** What the pictures of a check show: the relative error of each element, laid out as the tensor is. */

import { unravel } from "../../engine/report/element-index";
import type { CheckDetails } from "../../engine/report/questions";

export interface Plane {
  readonly rows: number;
  readonly columns: number;
  /** How many of them the tensor holds. */
  readonly count: number;
}

/** The last two dimensions; a vector is one row, a scalar one element. */
export function planeOf(shape: readonly number[]): Plane {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.at(-2) ?? 1;
  const count = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return { rows, columns, count };
}

/**
 * Relative errors: the distance over the larger of both numbers. Elements far smaller than the typical gradient are
 * measured against a share of that, since a difference of rounding is no error. NaN where nothing was compared.
 */
export function relativeErrors({ analytic, numeric }: CheckDetails, isRight: boolean): Float64Array {
  const floor = rootMeanSquare(analytic) * (isRight ? 1 : 1e-3);
  return analytic.map((a, i) => {
    const n = numeric[i] ?? Number.NaN;
    const apart = Math.abs(a - n);
    return apart === 0 ? 0 : apart / Math.max(Math.abs(a), Math.abs(n), floor);
  });
}

function rootMeanSquare(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    sum += v * v;
    count += 1;
  }
  return Math.sqrt(sum / Math.max(1, count));
}

/** The flat index of the largest error; −1 when nothing was compared. */
export function worstOf(errors: ArrayLike<number>, from = 0, to = errors.length): number {
  let worst = -1;
  for (let i = from; i < to; i++) {
    const error = errors[i] ?? Number.NaN;
    if (Number.isNaN(error)) continue;
    if (worst < 0 || error > (errors[worst] ?? 0)) worst = i;
  }
  return worst;
}

/** The flat indices of the largest errors, largest first. */
export function furthest(errors: Float64Array, count: number): number[] {
  const compared = [...errors.keys()].filter((i) => !Number.isNaN(errors[i]));
  return compared.sort((a, b) => (errors[b] ?? 0) - (errors[a] ?? 0)).slice(0, count);
}

export interface Cells {
  readonly rows: number;
  readonly columns: number;
  /** Elements of the plane that one cell stands for, down and across. */
  readonly down: number;
  readonly across: number;
  /** The flat index of the worst element in each cell; −1 when none was compared. */
  readonly worst: Int32Array;
}

/** Cells of a plane, at most so many down and across: several elements share one that shows the worst of them. */
export function cellsOf(
  errors: Float64Array,
  { rows, columns }: Plane,
  plane: number,
  mostRows: number,
  mostColumns: number,
): Cells {
  const down = Math.max(1, Math.ceil(rows / mostRows));
  const across = Math.max(1, Math.ceil(columns / mostColumns));
  const size = { rows: Math.ceil(rows / down), columns: Math.ceil(columns / across) };
  const worst = new Int32Array(size.rows * size.columns).fill(-1);
  const start = plane * rows * columns;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const flat = start + r * columns + c;
      const error = errors[flat] ?? Number.NaN;
      if (Number.isNaN(error)) continue;
      const cell = Math.floor(r / down) * size.columns + Math.floor(c / across);
      const known = worst[cell] ?? -1;
      if (known < 0 || error > (errors[known] ?? 0)) worst[cell] = flat;
    }
  }
  return { ...size, down, across, worst };
}

/** A linear scale near zero and a logarithmic one further out, six decades below the largest, from −1 to 1. */
export function symmetricLog(largest: number): (value: number) => number {
  const unit = (largest || 1) / 1e6;
  const whole = Math.log10(1 + (largest || 1) / unit);
  return (value) => (Math.sign(value) * Math.log10(1 + Math.abs(value) / unit)) / whole;
}

/** All elements as a table: index, both gradients, their distance. */
export function elementRows({ analytic, numeric, shape }: CheckDetails, errors: Float64Array) {
  return [...analytic].map((a, i) => {
    const n = numeric[i] ?? Number.NaN;
    return [unravel(i, shape).join(" "), a, n, Math.abs(a - n), errors[i] ?? Number.NaN] as const;
  });
}
