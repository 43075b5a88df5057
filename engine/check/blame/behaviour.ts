/** How a backward rule behaves whatever its values: is it the same each time, and proportional to the incoming gradient? */
import type { Values } from "../../core/dtype";
import { allOps } from "../../core/op";
import { RandomGenerator } from "../../core/random";
import { Tensor } from "../../core/tensor";
import { inFloat64 } from "../differences/replay";
import type { ReplayStep } from "../differences/replay-step";
import type { Pattern } from "./pattern";

/** Relative difference up to which results count as the same. */
const SAME = 1e-6;
/** Gradients may be clipped when they are large, or lost when they are small. */
const FACTORS = [-3, 1e-4, 1e4];

/**
 * What is wrong with how a rule behaves, or null; the engine's own operations are not tried.
 * @param g the gradient that arrives; random numbers when left out
 */
export function findMisbehaviour(step: ReplayStep, input: number, g?: Tensor): Pattern | null {
  const { op, out } = step.node;
  if (allOps().get(op.name) === op) return null;
  const random = new RandomGenerator(out.size + 1);
  const weights = g
    ? Float64Array.from(g.data)
    : Float64Array.from({ length: out.size }, () => random.uniform() - 0.5);
  try {
    return inFloat64(() => {
      const [once, again] = [1, 1].map((factor) => gradientFor(step, input, weights, factor));
      if (!once || !again) return null;
      if (!isSame(once, again, 1))
        return { name: "unsteady", sentence: "it gives another gradient each time it runs" };
      const isLinear = FACTORS.every((factor) => {
        const scaled = gradientFor(step, input, weights, factor);
        return scaled === null || isSame(once, scaled, factor);
      });
      if (isLinear) return null;
      return {
        name: "not-linear",
        sentence:
          "its result is not proportional to the incoming gradient (is that left out, clipped, or used for a mask?)",
      };
    });
  } catch {
    return null;
  }
}

/** Each time for a new tensor: rules may remember what they gave for one. */
function gradientFor({ node }: ReplayStep, input: number, weights: Float64Array, factor: number) {
  const g = new Tensor(
    weights.map((v) => v * factor),
    node.out.shape,
    "float64",
  );
  return node.op.vjp(input, node)?.(g, node).data ?? null;
}

/** True when b is `factor` times a. */
function isSame(a: Values, b: Values, factor: number): boolean {
  let size = 0;
  for (const v of b) size = Math.max(size, Math.abs(v));
  return a.every((v, i) => Math.abs(factor * v - (b[i] as number)) <= SAME * size);
}
