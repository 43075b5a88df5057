/** Whether vectors add up to another: by Gram and Schmidt's orthogonalisation. */

/** Parts of a vector below this share of it are rounding. */
const NOTHING = 1e-5;

/** The vectors that columns span. */
export class Span {
  readonly #basis: Float64Array[] = [];

  get rank(): number {
    return this.#basis.length;
  }

  add(column: Float64Array): void {
    const size = lengthOf(column);
    if (!(size > 0)) return;
    const rest = this.#without(this.#without(column));
    const left = lengthOf(rest);
    if (left > NOTHING * size) this.#basis.push(rest.map((v) => v / left));
  }

  /** The share of a vector that lies outside: 0 for a sum of the columns, 1 for one that has nothing of them. */
  outside(vector: Float64Array): number {
    const size = lengthOf(vector);
    return size > 0 ? lengthOf(this.#without(this.#without(vector))) / size : 0;
  }

  #without(vector: Float64Array): Float64Array {
    const rest = vector.slice();
    for (const direction of this.#basis) {
      const along = innerProduct(rest, direction);
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] as number) - along * (direction[i] as number);
    }
    return rest;
  }
}

export function lengthOf(v: Float64Array): number {
  return Math.sqrt(innerProduct(v, v));
}

function innerProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
