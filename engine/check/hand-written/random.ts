/** Draws the same random numbers in every evaluation, so that a layer with dropout or noise is a function. */
import { generator, RandomGenerator } from "../../core/random";

/** Runs a function with `Math.random` and the engine's generator at the start of one sequence, and puts both back. */
export function withSameRandom<T>(fn: () => T): T {
  // The model's Math, of which the engine has a copy of its own.
  const math = globalThis.Math;
  const { random } = math;
  const before = generator.save();
  const own = new RandomGenerator(20);
  generator.seed(20);
  math.random = () => own.uniform();
  try {
    return fn();
  } finally {
    math.random = random;
    generator.restore(before);
  }
}
