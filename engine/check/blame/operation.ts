/** One operation by itself, at the values it had: its backward and forward rules against differences. */
import { allOps } from "../../core/op";
import { sameShape } from "../../core/shape";
import { Node, quietly } from "../../core/tape";
import { Tensor } from "../../core/tensor";
import { mul } from "../../ops/arithmetic";
import { sum } from "../../ops/broadcast";
import { downstreamOf } from "../differences/batch";
import { agreementOf, compareDirections, comparingWith, searchWhereWrong } from "../differences/directions";
import { type Compared, compareElements } from "../differences/elements";
import type { Comparing } from "../differences/gap";
import { noiseOf } from "../differences/noise";
import type { Pace } from "../differences/pace";
import { inFloat64, type Replay, replay } from "../differences/replay";
import type { ReplayStep } from "../differences/replay-step";
import type { Evaluation } from "../differences/variants";
import { weightsOf } from "../differences/weights";
import { isValidChoice } from "../judging/choice";
import type { Element, Judgement, Tolerances } from "../judging/judge";
import { findPattern, type Pattern } from "./pattern";

/** Inputs with more elements are tried in random directions: differences of every element would take too long. */
const MAX_ELEMENTS = 20_000;
const LOOKS = 48;
/** Inputs whose elements take longer than this are tried along random directions first. */
const QUICK_MS = 1000;

/** What is wrong with an operation's derivative for one input. */
export interface Fault {
  readonly step: ReplayStep;
  readonly input: number;
  readonly pattern: Pattern;
  /** What its forward-mode rule says: right, wrong as well, or there is none. */
  readonly forwardMode: "right" | "wrong" | "none";
  /** Elements that are wrong, of those compared. */
  readonly wrong: number;
  /** True when all of them sit where the slope jumps, as equal numbers under a maximum: there several gradients are right. */
  readonly atJumps: boolean;
  readonly elements: number;
}

/** What trying an operation's rule for one input by itself gave. */
export interface Tried {
  /** Null when the rule is right or cannot be tried. */
  readonly fault: Fault | null;
  /** How its elements came out, apart from those that were right at first sight. */
  readonly outcomes: ReadonlySet<Judgement>;
}

const known = new WeakMap<ReplayStep, Map<number, Tried>>();

/** Tries each rule once, whatever it is asked for, unless there was no time for it. */
export async function checkOperation(step: ReplayStep, input: number, pace: Pace): Promise<Tried> {
  const tried = known.get(step) ?? new Map<number, Tried>();
  known.set(step, tried);
  const before = tried.get(input);
  if (before !== undefined) return before;
  const alone = await compareAlone(step, input, { rtol: 1e-6, atol: 0 }, pace, false);
  const fault = alone?.fault ?? null;
  const found = { fault, outcomes: new Set(alone?.compared.refined.map(({ outcome }) => outcome)) };
  if (fault !== null || !pace.isOver) tried.set(input, found);
  return found;
}

/** What comparing one rule of an operation by itself gave. */
export interface Alone {
  readonly evaluation: Evaluation;
  readonly analytic: Float64Array;
  readonly compared: Compared;
  readonly fault: Fault | null;
}

/**
 * Compares the backward rule for one input with differences; null when there is nothing to compare.
 * @param mayBeLong false: inputs whose elements would take long are compared along random directions first
 */
export async function compareAlone(
  step: ReplayStep,
  input: number,
  tolerances: Tolerances,
  pace: Pace,
  mayBeLong = true,
): Promise<Alone | null> {
  const x = step.node.inputs[input];
  if (x === undefined || !(x.data instanceof Float64Array) || x.size === 0) return null;
  const { again, leaf, weights } = weighted(step, input, () => pace.now());
  const slot = again.slotOf(leaf);
  if (slot === undefined) return null;
  const evaluation = downstreamOf(again, slot);
  const g = again.gradients[slot];
  const analytic = g ? Float64Array.from(g.data) : new Float64Array(x.size);
  const noise = await noiseOf(evaluation, pace);
  const comparing = comparingWith({ evaluation, analytic, noise, tolerances, pace });
  const compared = atJumpsByOutput(step, input, weights, await compareAtSizes(comparing, mayBeLong));
  const wrong = compared.refined.filter(({ outcome }) => outcome === "wrong");
  const fault = { step, input, wrong: wrong.length, atJumps: wrong.every(isAtJump), elements: x.size };
  const misshapen = again.broken;
  if (misshapen !== null && misshapen.input === input && misshapen.step.node.op === step.node.op) {
    const pattern = { name: "shape" as const, sentence: `its backward rule ${misshapen.problem}` };
    return { evaluation, analytic, compared, fault: { ...fault, pattern, forwardMode: "none" } };
  }
  if (wrong.length === 0) return { evaluation, analytic, compared, fault: null };
  const others = again.values.flatMap((_, s) => (s === slot ? [] : [again.gradients[s]?.data ?? []]));
  const bad = wrong.map(({ index }) => index);
  const pattern = findPattern(x, analytic, compared.numeric, bad, others);
  const forward = forwardMode(step, input, weights, compared.numeric, wrong);
  return { evaluation, analytic, compared, fault: { ...fault, pattern, forwardMode: forward } };
}

/** Numbers smaller than this may be what rounding left of a difference that is 0. */
const REST = 1e-8;

/** With steps of the input's own size first; a rest of rounding, whose size says nothing, is moved by ordinary steps too. */
async function compareAtSizes(comparing: Comparing, mayBeLong: boolean): Promise<Compared> {
  const compared = await compareOne(comparing, mayBeLong);
  const { x } = comparing.evaluation;
  const isRest = x.data.every((v) => Math.abs(v) < REST);
  const isDecided = compared.refined.some(({ outcome }) => outcome !== "undecided");
  if (!isRest || isDecided || compared.refined.length === 0) return compared;
  const { evaluation, ...rest } = comparing;
  return compareOne(comparingWith({ ...rest, evaluation: { ...evaluation, least: 1 } }), mayBeLong);
}

/** Element by element; or along random directions, which mostly agree, where there are many or they take long. */
async function compareOne(comparing: Comparing, mayBeLong: boolean): Promise<Compared> {
  const { evaluation, analytic, noise, tolerances, pace } = comparing;
  const { x, costMs } = evaluation;
  if (x.size > MAX_ELEMENTS) return compareDirections(comparing, 0, LOOKS);
  if (!mayBeLong && x.size * costMs > QUICK_MS) {
    const own = { ...comparing, pace: pace.part(pace.left / 2) };
    return searchWhereWrong(own, await agreementOf(own, 0), LOOKS);
  }
  return compareElements(evaluation, analytic, noise, tolerances, pace);
}

/** What looks wrong at a jump, but is right for each output, is a kink. */
function atJumpsByOutput(step: ReplayStep, input: number, weights: Tensor, compared: Compared): Compared {
  const refined = compared.refined.map((element): Element => {
    const isChoice =
      element.outcome === "wrong" && isAtJump(element) && isValidChoice(step, input, weights, element);
    return isChoice ? { ...element, outcome: "kink" } : element;
  });
  return { ...compared, refined };
}

/** The slopes of both sides differ, or there is only one. */
function isAtJump({ slopes }: Element): boolean {
  const [left, right] = slopes ?? [0, 0];
  return !(Math.abs(left - right) <= 1e-3 * Math.max(Math.abs(left), Math.abs(right)));
}

/** The operation alone, its output weighted with random numbers and added up, so that all of its derivative shows. */
function weighted(
  step: ReplayStep,
  input: number,
  clock: () => number,
): { again: Replay; leaf: Tensor; weights: Tensor } {
  const { op, attrs, inputs, out } = step.node;
  const weights = weightsOf(out, input);
  const leaves = inputs.map((x) => new Tensor(x.data, x.shape, x.dtype, x.data instanceof Float64Array));
  const value = inFloat64(() => op.forward(leaves, attrs));
  const result = new Tensor(value.data, value.shape, value.dtype, true);
  result.node = new Node(op, leaves, attrs, result, null);
  return { again: replay(sum(mul(result, weights)), { clock }), leaf: leaves[input] as Tensor, weights };
}

/** Compares the tangent that the forward-mode rule gives along the wrong elements with the differences there. */
function forwardMode(
  { node }: ReplayStep,
  input: number,
  weights: Tensor,
  numeric: Float64Array,
  wrong: readonly Element[],
): Fault["forwardMode"] {
  // The forward mode of a custom operation is made from its backward pass: it says nothing new, slowly.
  if (allOps().get(node.op.name) !== node.op) return "none";
  const x = node.inputs[input] as Tensor;
  const tangent = new Tensor(new Float64Array(x.size), x.shape, "float64");
  let expected = 0;
  let size = 0;
  for (const { index } of wrong) {
    tangent.data[index] = 1;
    expected += numeric[index] as number;
    size += Math.abs(numeric[index] as number);
  }
  try {
    return quietly(() => {
      const rule = node.op.jvp(input, node);
      if (rule === null) return "none";
      const moved = rule(tangent, node);
      if (!sameShape(moved.shape, weights.shape)) return "wrong";
      let got = 0;
      for (let i = 0; i < moved.size; i++) got += (moved.data[i] as number) * (weights.data[i] as number);
      return Math.abs(got - expected) <= 1e-4 * size ? "right" : "wrong";
    });
  } catch {
    return "none";
  }
}
