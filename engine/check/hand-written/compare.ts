/** One gradient of a hand-written layer against differences of its own forward pass. */
import { flatten, leavesOf } from "../../numbers";
import { showShape } from "../../shape";
import { Tensor } from "../../tensor";
import { conclude, type Facts } from "../conclude";
import { compareElements } from "../elements";
import type { Tolerances } from "../judge";
import { noiseOf } from "../noise";
import type { Pace } from "../pace";
import { findPattern, type Pattern } from "../pattern";
import { inFloat64 } from "../replay";
import { type Evaluation, toDense } from "../variants";
import type { Given } from "./matching";
import type { Part } from "./parts";
import type { Trial } from "./trial";

/** What was found about a part, before anybody is blamed. */
export interface Finding {
  readonly facts: Facts;
  /** What is wrong, where something is. */
  readonly pattern: Pattern | null;
}

export interface Comparison {
  readonly trial: Trial;
  /** What the output's elements are weighted with; 0 where they are not finite. */
  readonly weights: Float64Array;
  readonly tolerances: Tolerances;
  readonly pace: Pace;
}

/** The numbers of a gradient; null when it has others than its part has, with a sentence that says so. */
export function numbersOf(part: Part, value: unknown): Float64Array | string {
  const flat = flatten(value);
  if (flat !== null) {
    const found = showShape(flat.shape);
    const isSize = flat.data.length === part.flat.data.length;
    return isSize ? flat.data : `its gradient has shape ${found}, expected ${showShape(part.flat.shape)}`;
  }
  const all = leavesOf(value).map((leaf) => leaf.flat.data);
  const data = Float64Array.from(all.flatMap((each) => [...each]));
  return all.length > 0 && data.length === part.flat.data.length
    ? data
    : "what it gives is not made of numbers of the same shape";
}

/** Null when the check was stopped. */
export async function comparePart(
  part: Part,
  gradient: Float64Array,
  others: readonly Float64Array[],
  { trial, weights, tolerances, pace }: Comparison,
): Promise<Finding | null> {
  const evaluation = evaluationOf(part, trial, weights);
  const noise = await noiseOf(evaluation, pace);
  const compared = await compareElements(evaluation, gradient, noise, tolerances, pace);
  if (compared.checked === 0 && pace.isCancelled) return null;
  const facts = conclude(evaluation, gradient, compared, true);
  if (facts.verdict !== "wrong-derivative") return { facts, pattern: null };
  const bad = compared.refined.filter(({ outcome }) => outcome === "wrong").map(({ index }) => index);
  return { facts, pattern: findPattern(evaluation.x, gradient, compared.numeric, bad, others) };
}

/** A part without a gradient: a mistake, something that is rightly left out (null), or what nobody compared. */
export function lackingGradient(
  part: Part,
  given: Given,
  trial: Trial,
  returned: unknown,
): "wrong" | "not-checked" | null {
  if (given.kind === "none" && part.input !== null) return null;
  const isFirst = part.input === 0;
  if ((part.isOption && !isFirst) || !dependsOn(part, trial)) return null;
  if (part.input === null) return part.gradientAt !== null ? "wrong" : part.isData ? null : "not-checked";
  if (part.isData && !isFirst) return null;
  if (trial.layer.self !== null && returned === undefined) return "not-checked";
  return returned === undefined || isSeveral(returned, trial.inputs.length) ? "wrong" : "not-checked";
}

/** Several gradients, and not one that is an array itself: then the one that is missing was forgotten. */
function isSeveral(returned: unknown, inputs: number): boolean {
  if (typeof returned !== "object" || returned === null) return false;
  if (!Array.isArray(returned)) return flatten(returned) === null && Object.keys(returned).length > 1;
  const isShort = returned.length < inputs && returned.some((each) => typeof each !== "number");
  return returned.length > 1 && (flatten(returned) === null || isShort);
}

/** Whether the output changes with it; what serves as an index makes it undefined, and is none. */
function dependsOn({ input, path, flat }: Part, trial: Trial): boolean {
  const size = Math.max(1e-3, ...flat.data.map(Math.abs));
  const moved = flat.data.map((v, i) => v + 1e-2 * size * Math.sin(1 + i));
  try {
    const before = trial.outputs();
    const after = trial.outputs([{ input, path, data: moved, before: flat.data }]);
    return (
      after.length === before.length && !after.some(Number.isNaN) && after.some((v, i) => v !== before[i])
    );
  } catch {
    return false;
  }
}

function evaluationOf({ input, path, flat }: Part, trial: Trial, weights: Float64Array): Evaluation {
  const x = new Tensor(flat.data, flat.shape, "float64");
  const losses = (data: Float64Array) =>
    trial
      .outputs([{ input, path, data, before: flat.data }])
      .reduce((sum, v, i) => (weights[i] === 0 ? sum : sum + v * (weights[i] as number)), 0);
  return {
    x,
    middle: inFloat64(() => losses(flat.data)),
    chunk: 1,
    costMs: 0,
    losses: (variants, count) => {
      const { data } = toDense(variants, x, count);
      return Float64Array.from({ length: count }, (_, k) =>
        losses(Float64Array.from(data.subarray(k * x.size, (k + 1) * x.size))),
      );
    },
  };
}
