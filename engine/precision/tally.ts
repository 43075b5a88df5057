/** Counts what happens to elements of gradients in fewer bits. */
import type { PrecisionCounts } from "../report/precision";
import {
  exponentOf,
  type FloatFormat,
  roundInFormat,
  roundToInt8,
  roundUnbounded,
  smallestExponent,
} from "./number-format";

export class Tally {
  #elements = 0;
  #nonZero = 0;
  #lost = 0;
  #overflowed = 0;
  #nonFinite = 0;
  #largest = 0;
  /** Elements by exponent, and those of them that are powers of two. */
  readonly #sizes = new Map<number, number>();
  readonly #powers = new Map<number, number>();

  constructor(private readonly format: FloatFormat | null) {}

  /** Adds the elements of one gradient. */
  add(values: ArrayLike<number>): void {
    const whole = this.format === null ? roundToInt8(values) : null;
    for (let i = 0; i < values.length; i++) {
      const v = values[i] ?? 0;
      this.#elements++;
      if (v - v !== 0) this.#nonFinite++;
      else if (v !== 0) this.#count(v, whole?.[i] ?? null);
    }
  }

  #count(v: number, whole: number | null): void {
    this.#nonZero++;
    const exponent = exponentOf(v);
    this.#sizes.set(exponent, (this.#sizes.get(exponent) ?? 0) + 1);
    if (Math.abs(v) === 2 ** exponent) this.#powers.set(exponent, (this.#powers.get(exponent) ?? 0) + 1);
    this.#largest = Math.max(this.#largest, Math.abs(v));
    if ((this.format === null ? whole : roundInFormat(v, this.format)) === 0) this.#lost++;
    if (this.#isTooLarge(v)) this.#overflowed++;
  }

  #isTooLarge(v: number): boolean {
    return this.format !== null && Math.abs(roundUnbounded(v, this.format)) > this.format.largest;
  }

  get counts(): PrecisionCounts {
    const exponents = [...this.#sizes.keys()];
    const low = exponents.length === 0 ? 0 : Math.min(...exponents);
    const length = exponents.length === 0 ? 0 : Math.max(...exponents) - low + 1;
    return {
      elements: this.#elements,
      nonZero: this.#nonZero,
      lost: this.#lost,
      overflowed: this.#overflowed,
      nonFinite: this.#nonFinite,
      low,
      counts: Array.from({ length }, (_, i) => this.#sizes.get(low + i) ?? 0),
    };
  }

  /** Whether an element is too large when all are multiplied by 2^exponent. */
  overflowsAt(exponent: number): boolean {
    return this.#isTooLarge(this.#largest * 2 ** exponent);
  }

  /** Share of the non-zero elements that stay non-zero when all are multiplied by 2^exponent; 1 without any. */
  savedAt(exponent: number): number {
    if (this.format === null || this.#nonZero === 0) return 1;
    // Half of the smallest number, and what is below it, becomes 0.
    const edge = smallestExponent(this.format) - 1 - exponent;
    let lost = this.#powers.get(edge) ?? 0;
    for (const [size, count] of this.#sizes) if (size < edge) lost += count;
    return (this.#nonZero - lost) / this.#nonZero;
  }
}
