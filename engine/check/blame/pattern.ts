/** What kind of mistake a wrong gradient shows: the sign, a factor, a transposition, a shift, single elements. */

import { showNumber, showPair } from "../../core/number-text";
import { type Shape, stridesOf } from "../../core/shape";
import type { Tensor } from "../../core/tensor";
import { showIndex, unravel } from "../../report/element-index";
import type { MistakePattern } from "../../report/report";

export interface Pattern {
  readonly name: MistakePattern;
  /** Continues "The backward rule of sin is wrong: …". */
  readonly sentence: string;
}

/** Relative difference up to which two vectors count as the same. */
const SAME = 1e-4;

/**
 * Finds how the analytic gradient differs from the numeric one.
 * @param wrong the elements that were found wrong
 * @param others gradients of the other inputs, which may have been exchanged with this one
 */
export function findPattern(
  x: Tensor,
  analytic: Float64Array,
  numeric: Float64Array,
  wrong: readonly number[],
  others: readonly ArrayLike<number>[],
): Pattern {
  const known = [...numeric.keys()].filter((i) => !Number.isNaN(numeric[i]));
  if (known.length < numeric.length) return ofSample(x, analytic, numeric, known, wrong);
  return (
    ofAll(x.shape, analytic, numeric, others) ??
    ofSome(x, analytic, numeric, wrong) ?? {
      name: "unknown",
      sentence: "it differs from the true derivative, without a simple pattern such as a sign or a factor",
    }
  );
}

/** Only some elements were looked at: a mistake that they share, or one of its own. */
function ofSample(
  x: Tensor,
  analytic: Float64Array,
  numeric: Float64Array,
  known: readonly number[],
  wrong: readonly number[],
): Pattern {
  const of = (values: Float64Array) => Float64Array.from(known, (i) => values[i] as number);
  const common = wrong.length > 1 ? ofAll([], of(analytic), of(numeric), []) : null;
  const [first = 0] = wrong;
  const [found, wanted] = showPair(analytic[first] as number, numeric[first] as number);
  const where =
    wrong.length > 1
      ? `in ${wrong.length} of ${known.length} elements that were tried, such as`
      : "in element";
  return (
    common ?? {
      name: "elements",
      sentence: `it is wrong ${where} ${showIndex(unravel(first, x.shape))}: ${found} instead of ${wanted}`,
    }
  );
}

function ofAll(
  shape: Shape,
  analytic: Float64Array,
  numeric: Float64Array,
  others: readonly ArrayLike<number>[],
): Pattern | null {
  const size = analytic.length;
  if (analytic.every((v) => v === 0))
    return { name: "zero", sentence: "it gives 0 everywhere, as if nothing depended on this input" };
  const factor = commonFactor(analytic, numeric);
  if (factor !== null && Math.abs(factor + 1) < SAME)
    return { name: "sign", sentence: "it has the wrong sign" };
  if (factor !== null)
    return { name: "factor", sentence: `it is ${describeFactor(factor, shape, size)} the right value` };
  if (size < 3) return null;
  const swapped = others.some(
    (other) => other.length === size && same(other, (i) => numeric[i] as number, size),
  );
  if (swapped)
    return { name: "swapped", sentence: "it is the gradient of another input: two of them are exchanged" };
  return moved(shape, analytic, numeric);
}

/** The number c with analytic = c · numeric, when there is one. */
function commonFactor(analytic: Float64Array, numeric: Float64Array): number | null {
  let dot = 0;
  let squares = 0;
  for (let i = 0; i < numeric.length; i++) {
    dot += (analytic[i] as number) * (numeric[i] as number);
    squares += (numeric[i] as number) ** 2;
  }
  const factor = dot / squares;
  return same(analytic, (i) => factor * (numeric[i] as number), numeric.length) ? factor : null;
}

function describeFactor(factor: number, shape: Shape, size: number): string {
  const near = (wanted: number) => Math.abs(factor / wanted - 1) < SAME;
  const counts = [...new Set([...shape, size])].filter((n) => n > 2);
  for (const n of counts) {
    if (near(n)) return `${n} times (a size of the input: is a mean not divided by the number of elements?)`;
    if (near(1 / n))
      return `1/${n} of (a size of the input: is it divided by a number of elements once too often?)`;
  }
  for (const n of [2, 3, 4]) if (near(1 / n)) return `1/${n} of`;
  return `${showPair(factor, 1)[0]} times`;
}

function moved(shape: Shape, analytic: Float64Array, numeric: Float64Array): Pattern | null {
  const size = analytic.length;
  const strides = stridesOf(shape);
  for (let a = 0; a < shape.length; a++) {
    for (let b = a + 1; b < shape.length; b++) {
      const swapped = transposition(shape, strides, a, b);
      if (same(analytic, (i) => numeric[swapped(i)] as number, size)) {
        return {
          name: "transposed",
          sentence: `dimensions ${a} and ${b} are exchanged: a transposition is missing or too many`,
        };
      }
    }
  }
  for (let d = 0; d < shape.length; d++) {
    const n = shape[d] as number;
    if (n < 2) continue;
    const stride = strides[d] as number;
    const place = (i: number) => Math.floor(i / stride) % n;
    if (same(analytic, (i) => numeric[i + stride * (n - 1 - 2 * place(i))] as number, size)) {
      return { name: "flipped", sentence: `it runs backwards along dimension ${d}` };
    }
    for (const by of [1, -1]) {
      const inside = (i: number) => place(i) + by >= 0 && place(i) + by < n;
      if (n > 2 && same(analytic, (i) => numeric[i + by * stride] as number, size, inside)) {
        return { name: "shifted", sentence: `it is off by one along dimension ${d}` };
      }
    }
  }
  return null;
}

function transposition(
  shape: Shape,
  strides: readonly number[],
  a: number,
  b: number,
): (i: number) => number {
  const rows = shape[a] as number;
  const columns = shape[b] as number;
  const rowStride = strides[a] as number;
  const columnStride = strides[b] as number;
  return (i) => {
    const row = Math.floor(i / rowStride) % rows;
    const column = Math.floor(i / columnStride) % columns;
    // The element as it stands in memory of the transposed matrix.
    const flat = row * columns + column;
    const base = i - row * rowStride - column * columnStride;
    return base + (flat % rows) * rowStride + Math.floor(flat / rows) * columnStride;
  };
}

/** Only some elements are wrong: is it their value, or their place? */
function ofSome(
  x: Tensor,
  analytic: Float64Array,
  numeric: Float64Array,
  wrong: readonly number[],
): Pattern | null {
  const bad = new Set(wrong);
  const values = (isBad: boolean) =>
    Array.from(x.data).filter((_, i) => bad.has(i) === isBad && (isBad || numeric[i] !== 0));
  const [wrongValues, rightValues] = [values(true), values(false)];
  if (wrongValues.length >= 3 && rightValues.length >= 3) {
    const low = Math.min(...wrongValues);
    const high = Math.max(...wrongValues);
    if (low > Math.max(...rightValues))
      return { name: "range", sentence: `it is wrong for inputs of ${showNumber(low)} and more` };
    if (high < Math.min(...rightValues))
      return { name: "range", sentence: `it is wrong for inputs of ${showNumber(high)} and less` };
    const size = wrongValues.map(Math.abs);
    if (Math.min(...size) > Math.max(...rightValues.map(Math.abs))) {
      return {
        name: "range",
        sentence: `it is wrong for inputs larger than ${showNumber(Math.min(...size))} in size`,
      };
    }
  }
  const [first] = wrong;
  if (bad.size > x.size / 2 || first === undefined) return null;
  const [found, wanted] = showPair(analytic[first] as number, numeric[first] as number);
  const where =
    bad.size === 1
      ? `in one element, ${showIndex(unravel(first, x.shape))}`
      : `in ${bad.size} of ${x.size} elements, such as ${showIndex(unravel(first, x.shape))}`;
  return {
    name: "elements",
    sentence: `it is wrong ${where}: ${found} instead of ${wanted}`,
  };
}

function same(
  a: ArrayLike<number>,
  b: (i: number) => number,
  size: number,
  where: (i: number) => boolean = () => true,
): boolean {
  let difference = 0;
  let total = 0;
  for (let i = 0; i < size; i++) {
    if (!where(i)) continue;
    const wanted = b(i);
    difference += ((a[i] as number) - wanted) ** 2;
    total += wanted * wanted;
  }
  return total > 0 && difference <= SAME * SAME * total;
}
