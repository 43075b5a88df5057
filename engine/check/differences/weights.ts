/** Random weights for the elements of an output: added up with them, all of its derivative shows. */
import { RandomGenerator } from "../../core/random";
import { Tensor } from "../../core/tensor";

/** Of both signs, and none near 0. */
export function weightsOf({ size, shape }: Tensor, seed: number): Tensor {
  const random = new RandomGenerator(size + seed);
  const data = Float64Array.from(
    { length: size },
    () => (random.uniform() < 0.5 ? -1 : 1) * (0.5 + random.uniform()),
  );
  return new Tensor(data, shape, "float64");
}
