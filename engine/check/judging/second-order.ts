/** The check of second derivatives: the gradient of the gradient, by the same means as the gradient. */

import { RandomGenerator } from "../../core/random";
import { record, Tape } from "../../core/tape";
import { Tensor } from "../../core/tensor";
import { add, mul } from "../../ops/arithmetic";
import { sum } from "../../ops/broadcast";
import type { Check } from "../../report/report";
import { grad } from "../../sweeps/derivatives";
import type { Run } from "../../tracing/run";
import { giveVerdict } from "./verdict";

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
 * The run with another loss: the gradients of all of its parameters, added up with random weights. Null when there is
 * no loss, or its gradient is constant. Passes that are written by hand are no part of it: only the tape is.
 */
export function gradientRun({ rerun, ...run }: Run, seed: number): Run | null {
  const { loss, tape } = run;
  if (loss === null) return null;
  const inputs = tape.nodes.flatMap((node) => node.inputs);
  const leaves = [...new Set(inputs)].filter((x) => x.isLeaf && x.requiresGrad);
  const random = new RandomGenerator(seed + 1);
  const second = record(new Tape(), () =>
    grad(loss, leaves, { createGraph: true })
      .filter((g) => g.requiresGrad)
      .map((g) => sum(mul(g, weightsFor(g, random))))
      .reduce<Tensor | null>((total, each) => (total === null ? each : add(total, each)), null),
  );
  return second === null ? null : { ...run, loss: second, sources: withoutHandWritten(run.sources) };
}

/** Rows for parameters whose gradient is the same everywhere. */
export function constantGradients(first: readonly Check[]): Check[] {
  return first.map((check) =>
    giveVerdict({
      ...asSecondOrder(check),
      verdict: "vacuous",
      message: "Nothing flows: the gradient is constant, so its own gradient is 0.",
      checked: 0,
      worst: null,
      culprit: null,
      step: 0,
      durationMs: 0,
    }),
  );
}

function withoutHandWritten(sources: Run["sources"]): Run["sources"] {
  return {
    site: (id) => sources.site(id),
    binding: (id) => sources.binding(id),
    classAt: (file, line) => sources.classAt?.(file, line) ?? null,
  };
}

function weightsFor({ size, shape }: Tensor, random: RandomGenerator): Tensor {
  const values = Float64Array.from(
    { length: size },
    () => (random.uniform() < 0.5 ? -1 : 1) * (0.5 + random.uniform()),
  );
  return new Tensor(values, shape, "float64");
}
