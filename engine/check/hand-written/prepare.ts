/** Makes a layer ready to be tried: how its backward pass is called, what it is differentiated by, and with what weights. */
import { ModelError } from "../../core/error";
import { RandomGenerator } from "../../core/random";
import { numbersOf } from "./compare";
import type { HandWrittenLayer } from "./layer";
import type { Given } from "./matching";
import { argumentsOf, gradientsOf, type Part, partsOf } from "./parts";
import { type Gave, type InputChange, Trial } from "./trial";

/** The gradient of one part, as it was given and as numbers; a sentence where these do not fit. */
export interface PartGradient {
  readonly given: Given;
  readonly numbers: Float64Array | string | null;
}

/** A layer that can be tried; to be closed. */
export interface PreparedLayer {
  readonly trial: Trial;
  readonly parts: readonly Part[];
  /** One backward pass; the gradient of each part, in order. */
  gradients(
    cotangent: Float64Array,
    before?: readonly InputChange[],
  ): { readonly gave: Gave; readonly of: readonly PartGradient[] };
}

/** @throws whatever forward or backward throw */
export function prepareLayer(layer: HandWrittenLayer): PreparedLayer {
  const trial = new Trial(layer);
  try {
    const first = { trial, ...gradientsIn(trial, partsOf(trial)) };
    chooseConvention(first);
    const { gave } = first.gradients(weightsFor(trial.outputs()));
    const parts = partsOf(trial, gave.fields).filter((part) => part.input !== null || !trial.isFilled(part));
    return { trial, ...gradientsIn(trial, parts) };
  } catch (error) {
    trial.close();
    throw error;
  }
}

function gradientsIn(trial: Trial, parts: readonly Part[]): Omit<PreparedLayer, "trial"> {
  const args = argumentsOf(trial.inputs, trial.layer.called.inputs);
  const cleared = parts.flatMap(({ gradientAt }) => (gradientAt === null ? [] : [gradientAt]));
  return {
    parts,
    gradients(cotangent, before = []) {
      const gave = trial.gradients(cotangent, cleared, before);
      const found = gradientsOf(parts, gave, args);
      const of = parts.map((part, i): PartGradient => {
        const given = found[i] ?? { kind: "lacking" };
        return { given, numbers: given.kind === "value" ? numbersOf(part, given.value) : null };
      });
      return { gave, of };
    },
  };
}

/** Tries the ways of calling the backward pass; that with the most gradients of the right size is meant. */
function chooseConvention(prepared: PreparedLayer): void {
  const { trial } = prepared;
  const conventions = trial.conventions();
  if (conventions.length === 0)
    throw new ModelError("its backward pass takes no gradient, and its output is not a single number");
  let problem: unknown = null;
  let best = -1;
  let [chosen] = conventions;
  for (const convention of conventions) {
    trial.choose(convention);
    try {
      const score = scoreOf(prepared);
      if (score > best) [best, chosen] = [score, convention];
    } catch (error) {
      problem ??= error;
    }
  }
  if (best < 0 || chosen === undefined) throw problem;
  trial.choose(chosen);
  if (trial.outputs().length === 0)
    throw new ModelError("what its forward pass gives is not made of numbers");
}

function scoreOf({ trial, gradients }: PreparedLayer): number {
  const output = trial.outputs();
  if (output.length === 0) return 0;
  return gradients(weightsFor(output)).of.filter(
    ({ numbers }) => numbers instanceof Float64Array && !numbers.some(Number.isNaN),
  ).length;
}

/** Random weights of both signs for the elements of an output; 0 for those that are not finite. */
export function weightsFor(output: Float64Array): Float64Array {
  const random = new RandomGenerator(output.length + 1);
  return output.map((v) => {
    const weight = (random.uniform() < 0.5 ? -1 : 1) * (0.5 + random.uniform());
    return Number.isFinite(v) ? weight : 0;
  });
}
