/** The check of second derivatives: the gradient of the gradient, by the same means as the gradient. */
import { grad } from "../derivatives";
import { ModelError } from "../error";
import { add, mul } from "../ops/arithmetic";
import { sum } from "../ops/reduce";
import { RandomGenerator } from "../random";
import type { Check } from "../report";
import type { Run } from "../run";
import { record, Tape } from "../tape";
import { Tensor } from "../tensor";

const mark = " (second order)";

/** A row of a second derivative is called after the parameter. */
export function asSecondOrder(check: Check): Check {
  return { ...check, parameter: `${check.parameter}${mark}` };
}

/** The name of the parameter again. */
export function firstOrderName(name: string): string {
  return name.endsWith(mark) ? name.slice(0, -mark.length) : name;
}

/**
 * The run with another loss: the gradients of all of its parameters, added up with random weights.
 * @throws ModelError when there is no loss or no gradient that could be differentiated again
 */
export function gradientRun(run: Run, seed: number): Run {
  const { loss, tape } = run;
  if (loss === null) throw new ModelError("no second derivatives: the run computed no loss");
  const inputs = tape.nodes.flatMap((node) => node.inputs);
  const leaves = [...new Set(inputs)].filter((x) => x.isLeaf && x.requiresGrad);
  const random = new RandomGenerator(seed + 1);
  const second = record(new Tape(), () =>
    grad(loss, leaves, { createGraph: true })
      .filter((g) => g.requiresGrad)
      .map((g) => sum(mul(g, weightsFor(g, random))))
      .reduce<Tensor | null>((total, each) => (total === null ? each : add(total, each)), null),
  );
  if (second === null)
    throw new ModelError("no second derivatives: the gradient does not depend on any parameter");
  return { ...run, loss: second };
}

function weightsFor({ size, shape }: Tensor, random: RandomGenerator): Tensor {
  const values = Float64Array.from(
    { length: size },
    () => (random.uniform() < 0.5 ? -1 : 1) * (0.5 + random.uniform()),
  );
  return new Tensor(values, shape, "float64");
}
