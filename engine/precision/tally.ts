/** Counts what happens to elements of gradients in fewer bits. */
import type { Fate, PrecisionCounts } from "../report/precision";
import { exponentOf, type FloatFormat, smallestExponent } from "./number-format";
import type { Sizes, Stretch } from "./sizes";

const nothing: Stretch = { count: 0, powers: 0, nearNormal: 0, beyond: 0 };

export class Tally {
  #elements = 0;
  #nonFinite = 0;
  #lostInInt8 = 0;
  readonly #stretches = new Map<number, Stretch>();

  /** @param format null: int8 */
  constructor(private readonly format: FloatFormat | null) {}

  /** Adds the elements of one gradient. */
  add({ elements, nonFinite, lostInInt8, stretches }: Sizes): void {
    this.#elements += elements;
    this.#nonFinite += nonFinite;
    this.#lostInInt8 += lostInInt8;
    for (const [exponent, more] of stretches) {
      const known = this.#at(exponent);
      this.#stretches.set(exponent, {
        count: known.count + more.count,
        powers: known.powers + more.powers,
        nearNormal: known.nearNormal + more.nearNormal,
        beyond: known.beyond + more.beyond,
      });
    }
  }

  #at(exponent: number): Stretch {
    return this.#stretches.get(exponent) ?? nothing;
  }

  get nonZero(): number {
    return this.#count(() => true);
  }

  /** With a loss that is multiplied by 2^exponent, as `scaled`. */
  countsAt(exponent: number): PrecisionCounts {
    const exponents = [...this.#stretches.keys()];
    const low = exponents.length === 0 ? 0 : Math.min(...exponents);
    const length = exponents.length === 0 ? 0 : Math.max(...exponents) - low + 1;
    return {
      elements: this.#elements,
      nonZero: this.nonZero,
      nonFinite: this.#nonFinite,
      ...this.fateAt(0),
      scaled: this.fateAt(exponent),
      low,
      counts: Array.from({ length }, (_, i) => this.#at(low + i).count),
    };
  }

  /** What becomes of the elements when all are multiplied by 2^exponent. */
  fateAt(exponent: number): Fate {
    if (this.format === null) return { lost: this.#lostInInt8, subnormal: 0, overflowed: 0 };
    // Half of the smallest number, and what is below it, becomes 0.
    const zero = smallestExponent(this.format) - 1 - exponent;
    const normal = this.format.lowest - exponent;
    const top = exponentOf(this.format.largest) - exponent;
    const lost = this.#count((at) => at < zero) + this.#at(zero).powers;
    const below = this.#count((at) => at < normal) - this.#at(normal - 1).nearNormal;
    const overflowed = this.#count((at) => at > top) + this.#at(top).beyond;
    return { lost, subnormal: below - lost, overflowed };
  }

  #count(isMeant: (exponent: number) => boolean): number {
    let sum = 0;
    for (const [exponent, { count }] of this.#stretches) if (isMeant(exponent)) sum += count;
    return sum;
  }
}
