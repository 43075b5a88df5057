/** Random choices of a model: sizes, scales, values; the same for the same seed. */

import { RandomGenerator } from "../../engine/core/random";
import { type Shape, sizeOf } from "../../engine/core/shape";
import * as g from "../../engine/index";

export class Draw {
  private readonly random: RandomGenerator;

  constructor(seed: number) {
    this.random = new RandomGenerator(seed);
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.random.uniform() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.random.uniform() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const found = list[this.integer(0, list.length - 1)];
    if (found === undefined) throw new Error("nothing to choose from");
    return found;
  }

  /** A small size: one, even, odd or prime. */
  size(): number {
    return this.pick([1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 11, 13]);
  }

  /** A factor from 10^low to 10^high, of two digits, so that it reads the same as it is. */
  scale(low: number, high: number): number {
    return Number((10 ** (low + (high - low) * this.random.uniform())).toPrecision(2));
  }

  between(low: number, high: number): number {
    return Number((low + (high - low) * this.random.uniform()).toPrecision(3));
  }

  divisorOf(n: number): number {
    return this.pick(Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0));
  }

  /** Normal values times `scale`, of the default element type. */
  values(shape: Shape, scale = 1): g.Tensor {
    return g.tensor(
      Float64Array.from({ length: sizeOf(shape) }, () => scale * this.random.normal()),
      { shape: [...shape], dtype: g.getDefaultDtype() },
    );
  }

  /** Values from 0.02 to 0.98, of the default element type. */
  probabilities(shape: Shape): g.Tensor {
    return g.tensor(
      Float64Array.from({ length: sizeOf(shape) }, () => 0.02 + 0.96 * this.random.uniform()),
      { shape: [...shape], dtype: g.getDefaultDtype() },
    );
  }

  classes(shape: Shape, count: number): g.Tensor {
    return g.tensor(
      Int32Array.from({ length: sizeOf(shape) }, () => this.integer(0, count - 1)),
      { shape: [...shape], dtype: "int32" },
    );
  }

  mask(shape: Shape): g.Tensor {
    return g.tensor(
      Uint8Array.from({ length: sizeOf(shape) }, () => (this.chance(0.5) ? 1 : 0)),
      { shape: [...shape], dtype: "bool" },
    );
  }

  /** A parameter by itself, as models have them beside layers. */
  parameter(shape: Shape, scale = 1): g.Tensor {
    return g.parameter(this.values(shape, scale));
  }
}
