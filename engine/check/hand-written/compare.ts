/** One gradient of a hand-written layer against differences of its own forward pass. */
import { flatNumbers, leavesOf, partAt } from "../../core/numbers";
import { showShape } from "../../core/shape";
import { Tensor } from "../../core/tensor";
import { findPattern, type Pattern } from "../blame/pattern";
import type { CandidateResult } from "../differences/candidate";
import { inFloat64 } from "../differences/replay";
import type { Evaluation, Perturbed } from "../differences/variants";
import { type CheckFacts, conclude } from "../judging/conclude";
import type { Given } from "./matching";
import type { Part } from "./parts";
import type { Gave, Trial } from "./trial";

/** Evaluations in one piece, between which a check can be stopped. */
const CHUNK = 64;

/** What was found about a part, before anybody is blamed. */
export interface PartFinding {
  readonly facts: CheckFacts;
  /** What is wrong, where something is. */
  readonly pattern: Pattern | null;
}

/** The numbers of a gradient; null when it has others than its part has, with a sentence that says so. */
export function numbersOf(part: Part, value: unknown): Float64Array | string {
  const flat = flatNumbers(value);
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

/** What a comparison found about a part. */
export function findingOf(
  evaluation: Evaluation,
  gradient: Float64Array,
  { compared, every }: CandidateResult,
  others: readonly Float64Array[],
): PartFinding {
  const facts = conclude(evaluation, gradient, compared, every);
  if (facts.verdict !== "wrong-derivative") return { facts, pattern: null };
  const bad = compared.refined.filter(({ outcome }) => outcome === "wrong").map(({ index }) => index);
  return { facts, pattern: findPattern(evaluation.x, gradient, compared.numeric, bad, others) };
}

/** A part without a gradient: a mistake, something that is rightly left out (null), or what nobody compared. */
export function lackingGradient(
  part: Part,
  given: Given,
  trial: Trial,
  { returned, fields }: Gave,
): "wrong" | "not-checked" | null {
  if (given.kind === "none" && part.input !== null) return null;
  const isFirst = part.input === 0;
  const isWeight = part.input === null && (isStepped(part, fields) || isSmooth(part, trial));
  if ((part.isOption && !isFirst && !isWeight) || !dependsOn(part, trial)) return null;
  if (part.input === null) return part.gradientAt !== null ? "wrong" : part.isData ? null : "not-checked";
  if (part.isData && !isFirst) return null;
  if (trial.layer.self !== null && returned === undefined) return "not-checked";
  return returned === undefined || isSeveral(returned, trial.inputs.length) ? "wrong" : "not-checked";
}

/** Several gradients, and not one that is an array itself: then the one that is missing was forgotten. */
function isSeveral(returned: unknown, inputs: number): boolean {
  if (typeof returned !== "object" || returned === null) return false;
  if (!Array.isArray(returned)) return flatNumbers(returned) === null && Object.keys(returned).length > 1;
  const isShort = returned.length < inputs && returned.some((each) => typeof each !== "number");
  return returned.length > 1 && (flatNumbers(returned) === null || isShort);
}

/** Whether the output changes with it; what serves as an index makes it undefined, and is none. */
function dependsOn(part: Part, trial: Trial): boolean {
  const before = trial.outputs();
  const after = outputsAt(part, trial, 1e-2);
  return (
    after !== null &&
    after.length === before.length &&
    !after.some(Number.isNaN) &&
    after.some((v, i) => v !== before[i])
  );
}

/** The output when a part is moved by a share of its size; null where forward throws. */
function outputsAt({ input, path, flat }: Part, trial: Trial, share: number): Float64Array | null {
  const size = share * Math.max(1e-3, ...flat.data.map(Math.abs));
  const data = flat.data.map((v, i) => v + size * Math.sin(1 + i));
  try {
    return trial.outputs([{ input, path, data, before: flat.data }]);
  } catch {
    return null;
  }
}

/** A field that the backward pass changes itself: weights that it steps, keeping no gradient of them. */
function isStepped({ path, flat }: Part, fields: ReadonlyMap<string, unknown>): boolean {
  const after = flatNumbers(partAt(fields, path))?.data;
  return after?.length === flat.data.length && after.some((v, i) => v !== flat.data[i]);
}

/** An array of whole numbers that the output moves with, as it does with weights, and not with sizes, ids or strides. */
function isSmooth(part: Part, trial: Trial): boolean {
  if (part.flat.shape.length === 0) return false;
  const middle = trial.outputs();
  const [back, ahead, far] = [-1e-3, 1e-3, 2e-3].map((share) => outputsAt(part, trial, share));
  if (!back || !ahead || !far || far.length !== middle.length) return false;
  const change = far.map((v, i) => v - (middle[i] as number));
  const bend = (a: Float64Array, by: number) =>
    Math.max(...change.map((v, i) => Math.abs(v - by * ((a[i] as number) - (middle[i] as number)))));
  const most = Math.max(...change.map(Math.abs));
  return most > 0 && bend(ahead, 2) < 0.1 * most && bend(back, -2) < 0.1 * most;
}

/** The output, weighted with `weights`, as a function of a part. @param clock milliseconds since some moment */
export function evaluationOf(
  { input, path, flat }: Part,
  trial: Trial,
  weights: Float64Array,
  clock: () => number,
): Evaluation {
  const x = new Tensor(flat.data, flat.shape, "float64");
  const losses = (data: Float64Array) =>
    trial
      .outputs([{ input, path, data, before: flat.data }])
      .reduce((sum, v, i) => (weights[i] === 0 ? sum : sum + v * (weights[i] as number)), 0);
  const begun = clock();
  const middle = inFloat64(() => losses(flat.data));
  return {
    x,
    middle,
    chunk: CHUNK,
    costMs: clock() - begun,
    isCoarse: true,
    losses: (variants, count) =>
      Float64Array.from({ length: count }, (_, k) => losses(oneOf(variants, k, x.data as Float64Array))),
  };
}

/** Variant k alone. */
function oneOf(variants: Perturbed, k: number, base: Float64Array): Float64Array {
  if (variants.kind === "dense")
    return Float64Array.from(variants.data.subarray(k * base.length, (k + 1) * base.length));
  const data = base.slice();
  for (let e = k * variants.each; e < (k + 1) * variants.each; e++)
    data[variants.index[e] as number] = variants.data[e] as number;
  return data;
}
