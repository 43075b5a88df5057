/** Makes the float64 tensors at which the derivatives of operations are checked. */
import { RandomGenerator } from "./random";
import { type Shape, sizeOf } from "./shape";
import { Tensor } from "./tensor";

export class Sampler {
  private readonly random: RandomGenerator;

  constructor(seed = 0) {
    this.random = new RandomGenerator(seed);
  }

  /** Values uniform in [low, high). */
  uniform(shape: Shape, low = -2, high = 2): Tensor {
    return this.fill(shape, () => low + (high - low) * this.random.uniform());
  }

  /** Values with |x| in [low, high): away from a kink or a pole at 0. */
  awayFromZero(shape: Shape, low = 0.2, high = 2): Tensor {
    return this.fill(shape, () => {
      const magnitude = low + (high - low) * this.random.uniform();
      return this.random.uniform() < 0.5 ? -magnitude : magnitude;
    });
  }

  /** Distinct values in random order, at least 0.1 apart: no ties for max and sort. */
  distinct(shape: Shape): Tensor {
    const size = sizeOf(shape);
    const order = Array.from({ length: size }, (_, i) => (i - size / 2) * 0.2 + 0.1 * this.random.uniform());
    for (let i = size - 1; i > 0; i--) {
      const j = Math.floor(this.random.uniform() * (i + 1));
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    return new Tensor(Float64Array.from(order), shape, "float64", true);
  }

  /** Integers from 0 to below − 1, as int32. */
  integers(shape: Shape, below: number): Tensor {
    const values = Int32Array.from({ length: sizeOf(shape) }, () =>
      Math.floor(this.random.uniform() * below),
    );
    return new Tensor(values, shape, "int32");
  }

  /** One value everywhere. */
  full(shape: Shape, value: number): Tensor {
    return this.fill(shape, () => value);
  }

  /** Away from zero, but for the second element, which is 0. */
  sparse(shape: Shape): Tensor {
    const out = this.awayFromZero(shape);
    out.data[1] = 0;
    return out;
  }

  /** True and false at even odds. */
  mask(shape: Shape): Tensor {
    const values = Uint8Array.from({ length: sizeOf(shape) }, () => (this.random.uniform() < 0.5 ? 1 : 0));
    return new Tensor(values, shape, "bool");
  }

  private fill(shape: Shape, draw: () => number): Tensor {
    return new Tensor(Float64Array.from({ length: sizeOf(shape) }, draw), shape, "float64", true);
  }
}
