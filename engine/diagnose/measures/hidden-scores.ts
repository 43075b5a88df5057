/** Which scores of an attention its masks hide, and what weight they get all the same. */
import { sizeOf } from "../../core/shape";
import { at } from "../../report/trace";
import type { Traced } from "../traced";
import type { MaskUse, Scores } from "./attention";
import { operationsOf } from "./operations";

/** What is added to hide a score is far below all scores. */
const FAR = -1e3;

/** The shape of the scores: rows of queries, columns of keys. */
export function shapeOfScores(traced: Traced, { node, product }: Scores): readonly number[] {
  const { shape } = operationsOf(traced);
  if (product === null || product.node !== node) return shape(node);
  return [...shape(product.query).slice(0, -1), shape(product.key).at(-2) ?? 1];
}

/** 1 for each score that a mask hides; null where its values are not at hand, or it is a bias rather than a mask. */
export function hiddenBy(traced: Traced, scores: Scores, use: MaskUse): Uint8Array | null {
  const shape = shapeOfScores(traced, scores);
  const values = traced.values(use.mask, "value");
  const hides = values === null ? null : hidesOf(traced, use, values);
  const own = operationsOf(traced).shape(use.mask);
  if (values === null || hides === null || !fits(own, shape)) return null;
  const strides = stridesFor(own, shape);
  const found = new Uint8Array(sizeOf(shape));
  const place = new Array<number>(shape.length).fill(0);
  for (let i = 0, from = 0; i < found.length; i++) {
    if (hides(at(values, from))) found[i] = 1;
    // The place of the next score, counted up like the digits of a number.
    for (let d = shape.length - 1; d >= 0; d--) {
      place[d] = at(place, d) + 1;
      from += at(strides, d);
      if (at(place, d) < at(shape, d)) break;
      from -= at(strides, d) * at(shape, d);
      place[d] = 0;
    }
  }
  return found;
}

function hidesOf(
  traced: Traced,
  { node, how }: MaskUse,
  values: ArrayLike<number>,
): ((v: number) => boolean) | null {
  if (how === "fill") return (v) => v !== 0;
  if (how === "keep") return (v) => v === 0;
  const [low, high] = [Math.min(...distinct(values)), Math.max(...distinct(values))];
  const isTwoValued = distinct(values).size === 2;
  if (how === "multiply") {
    const isTriangle = /^tri[lu]$/.test(operationsOf(traced).op(node));
    return isTriangle || (isTwoValued && low === 0 && high === 1) ? (v) => v === 0 : null;
  }
  const sign = operationsOf(traced).op(node) === "sub" ? -1 : 1;
  if (isTwoValued) return (v) => v === (sign > 0 ? low : high);
  return sign * (sign > 0 ? low : high) < FAR ? (v) => sign * v < FAR : null;
}

/** The first few different values. */
function distinct(values: ArrayLike<number>): Set<number> {
  const found = new Set<number>();
  for (let i = 0; i < values.length && found.size < 4; i++) found.add(at(values, i));
  return found;
}

/** Whether a shape broadcasts against the scores without making them larger. */
function fits(own: readonly number[], shape: readonly number[]): boolean {
  const offset = shape.length - own.length;
  return offset >= 0 && own.every((n, d) => n === 1 || n === shape[offset + d]);
}

function stridesFor(own: readonly number[], shape: readonly number[]): number[] {
  const offset = shape.length - own.length;
  let stride = 1;
  const strides = shape.map(() => 0);
  for (let d = own.length - 1; d >= 0; d--) {
    if (own[d] !== 1) strides[offset + d] = stride;
    stride *= own[d] ?? 1;
  }
  return strides;
}

/** Where one of the masks hides a score; null without any. */
export function hiddenByAny(hidden: readonly Uint8Array[]): Uint8Array | null {
  const [first, ...others] = hidden;
  return first === undefined
    ? null
    : first.map((own, i) => (own === 1 || others.some((each) => each[i] === 1) ? 1 : 0));
}

/** The largest share of a row's weights that goes to hidden scores; rows that are hidden altogether do not count. */
export function leakOf(weights: ArrayLike<number>, hidden: Uint8Array, columns: number): number {
  let worst = 0;
  for (let start = 0; start < hidden.length; start += columns) {
    let [count, share] = [0, 0];
    for (let i = start; i < start + columns; i++)
      if (hidden[i] === 1) {
        count++;
        share += at(weights, i);
      }
    if (count < columns && share > worst) worst = share;
  }
  return worst;
}

/** How far to the right and to the left of its own place a query sees: offsets of keys, and how many offsets of 1 are seen. */
export interface Sight {
  readonly first: number;
  readonly last: number;
  /** Queries that see the key one to their right. */
  readonly next: number;
}

/** Over all items and heads. */
export function sightOf(hidden: Uint8Array, size: number): Sight {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const next = new Set<number>();
  for (let i = 0; i < hidden.length; i++) {
    if (hidden[i] === 1) continue;
    const row = Math.floor(i / size) % size;
    const offset = (i % size) - row;
    first = Math.min(first, offset);
    last = Math.max(last, offset);
    if (offset === 1) next.add(row);
  }
  return { first, last, next: next.size };
}

/** Whether whole queries are hidden and others not, and no key: the mask lies along the wrong dimension. */
export function hidesQueries(hidden: Uint8Array, columns: number): boolean {
  let [whole, none] = [0, 0];
  for (let start = 0; start < hidden.length; start += columns) {
    let count = 0;
    for (let i = start; i < start + columns; i++) count += at(hidden, i);
    if (count === columns) whole++;
    else if (count === 0) none++;
    else return false;
  }
  return whole > 0 && none > 0;
}
