/** Decides about single elements, from the loss along a ladder of steps on both sides. */

import type { Tensor } from "../../core/tensor";
import type { CheckMethod } from "../../report/report";
import {
  centralDerivative,
  type Estimate,
  LADDER,
  leftDerivative,
  rightDerivative,
  type Samples,
} from "../differences/difference";
import type { Pace } from "../differences/pace";
import { type Evaluation, lossesInTurns } from "../differences/variants";

/** What an error estimate is multiplied with before a difference counts as wrong. */
export const SAFETY = 6;

export type Judgement = "ok" | "wrong" | "kink" | "undecided" | "non-finite";

export interface Element {
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
  /** Estimated error of `numeric`. */
  readonly error: number;
  readonly step: number;
  readonly outcome: Judgement;
  /** One-sided slopes, left and right, when the element was refined. */
  readonly slopes: readonly [number, number] | null;
}

export interface Tolerances {
  /** Relative and absolute differences that are accepted besides the measured error. */
  readonly rtol: number;
  readonly atol: number;
  /** How every element is looked at first. Default "central". */
  readonly method?: CheckMethod | undefined;
}

/** The size of the numbers around an element: its own, or that of its tensor; `least` where that says nothing. */
export function scaleOf(x: Tensor, least = 0): (i: number) => number {
  let squares = 0;
  // Scores of what attention must not see are −∞, and would make every step infinite.
  const sizeOf = (v: number) => (Number.isFinite(v) ? Math.abs(v) : 0);
  const { data } = x;
  for (let i = 0; i < data.length; i++) squares += sizeOf(data[i] as number) ** 2;
  const typical = Math.max(least, Math.sqrt(squares / Math.max(1, data.length)) || 1);
  return (i) => Math.max(sizeOf(data[i] as number), typical);
}

/** What the elements of a tensor are looked at with. */
export interface Look {
  readonly evaluation: Evaluation;
  readonly scale: (i: number) => number;
  readonly noise: number;
  readonly pace: Pace;
}

/** The loss along the ladder of steps at each of the elements; null when the work should stop. */
export async function sample(
  { evaluation, scale, noise, pace }: Look,
  elements: readonly number[],
): Promise<Samples[] | null> {
  const { x } = evaluation;
  const perElement = 2 * LADDER.length + 1;
  const index = new Int32Array(elements.length * perElement);
  const data = new Float64Array(index.length);
  elements.forEach((i, n) => {
    const value = x.data[i] as number;
    index.fill(i, n * perElement, (n + 1) * perElement);
    data[n * perElement] = value;
    LADDER.forEach((step, k) => {
      data[n * perElement + 1 + 2 * k] = value + step * scale(i);
      data[n * perElement + 2 + 2 * k] = value - step * scale(i);
    });
  });
  const losses = await lossesInTurns(
    evaluation,
    { kind: "sparse", each: 1, index, data },
    index.length,
    pace,
  );
  if (losses === null) return null;
  return elements.map((_, n) => {
    const at = (k: number) => losses[n * perElement + k] as number;
    const steps = LADDER.map(
      (_s, k) =>
        ((data[n * perElement + 1 + 2 * k] as number) - (data[n * perElement + 2 + 2 * k] as number)) / 2,
    );
    return {
      steps,
      plus: LADDER.map((_s, k) => at(1 + 2 * k)),
      minus: LADDER.map((_s, k) => at(2 + 2 * k)),
      middle: at(0),
      noise,
    };
  });
}

/** Decides about one element from the loss along the ladder. */
export function judge(index: number, analytic: number, given: Samples, { rtol, atol }: Tolerances): Element {
  const samples = analytic === 0 ? given : { ...given, noise: Math.max(given.noise, quantumOf(given)) };
  const central = centralDerivative(samples);
  const left = leftDerivative(samples);
  const right = rightDerivative(samples);
  const element = (outcome: Judgement, { value, error, step } = central): Element => ({
    index,
    analytic,
    numeric: value,
    error,
    step,
    outcome,
    slopes: [left.value, right.value],
  });
  const oneSided = [right, left].find(({ value }) => Number.isFinite(value));
  if (!Number.isFinite(analytic) || oneSided === undefined) return element("non-finite");
  const accepted = (value: number, error: number) =>
    Math.abs(analytic - value) <=
    SAFETY * error + rtol * Math.max(Math.abs(analytic), Math.abs(value)) + atol;
  // At the end of its domain a function has a slope to one side only.
  if (!Number.isFinite(central.value))
    return element(accepted(oneSided.value, oneSided.error) ? "ok" : "wrong", oneSided);
  // Where the slope jumps close by, only the smallest steps show the derivative.
  const size = Math.max(Math.abs(left.value), Math.abs(right.value));
  const isEven = !jumps(left, right) && !jumps(left, central) && !jumps(central, right);
  const near = isEven ? null : limitAgrees(analytic, samples, size);
  if (accepted(central.value, central.error)) {
    if (near === null && isKink(analytic, left, right)) return element("kink");
    const blind = SAFETY * central.error >= Math.max(Math.abs(analytic), Math.abs(central.value));
    return element(blind && (analytic !== 0 || central.value !== 0) ? "undecided" : "ok");
  }
  if (near !== null) return element("ok", near);
  return element(isKink(analytic, left, right) ? "kink" : "wrong");
}

/** Slopes that grow like this from step to step, over so many of the finest steps, grow without bound. */
const GROWTH = 1.4;
const GROWING = 6;

/** ±∞ when the slopes grow without bound as the steps shrink, to both sides or to the only one there is; else null. */
export function divergence({ steps, plus, minus, middle, noise }: Samples): number | null {
  const sides = [plus.map((v) => v - middle), minus.map((v) => middle - v)]
    .map((side) => side.map((v, k) => v / (steps[k] as number)))
    .filter((slopes) => slopes.slice(-GROWING).every((v) => Number.isFinite(v)));
  const grows = (slopes: readonly number[]) => {
    const last = slopes.slice(-GROWING);
    return last.every((v, k) => {
      const h = steps[steps.length - GROWING + k] as number;
      const isAhead = k === 0 || v / (last[k - 1] as number) > GROWTH;
      return isAhead && Math.abs(v) > (100 * noise) / h;
    });
  };
  const [first, second = first] = sides.map((slopes) => (grows(slopes) ? Math.sign(slopes.at(-1) ?? 0) : 0));
  return first !== undefined && first !== 0 && first === second ? first * Infinity : null;
}

/** True when the finest steps show another slope than the one that was taken, by more than rounding. */
export function isUnsettled({ steps, plus, minus, noise }: Samples, { numeric }: Element): boolean {
  return steps.slice(-3).some((h, k) => {
    const at = steps.length - 3 + k;
    const slope = ((plus[at] as number) - (minus[at] as number)) / (2 * h);
    return Math.abs(slope - numeric) > (20 * noise) / h + 0.01 * Math.abs(numeric);
  });
}

/**
 * The unit in which the loss is rounded, where small steps do not move it at all: as with a sure classifier, whose loss
 * of 1e-15 is the logarithm of a number beside 1. 0 when it moves, or when it jumps by more than such rounding.
 */
function quantumOf({ steps, plus, minus, middle }: Samples): number {
  const moves = [...plus, ...minus].map((loss) => Math.abs(loss - middle));
  const isStill = [plus, minus].every((side) => side.slice(-3).every((loss) => loss === middle));
  const smallest = moves.some((move) => move > 0)
    ? Math.min(...moves.filter((move) => move > 0))
    : Number.EPSILON;
  const scale = Math.max(1, (steps[0] ?? 0) / (LADDER[0] as number));
  return isStill && smallest <= 16 * Number.EPSILON * scale ? smallest : 0;
}

/** A derivative is a limit: with a kink close by, only the smallest steps tell; at the kink the sides differ there too. */
function limitAgrees(
  analytic: number,
  { steps, plus, minus, middle, noise }: Samples,
  size: number,
): Estimate | null {
  for (let k = steps.length - 1; k >= 0; k--) {
    const h = steps[k] as number;
    const right = ((plus[k] as number) - middle) / h;
    const left = (middle - (minus[k] as number)) / h;
    const value = (left + right) / 2;
    const error = noise / h;
    if (!(error < 0.01 * Math.max(size, Math.abs(value)))) continue;
    const isSmooth = Math.abs(right - left) <= 4 * SAFETY * error + 0.02 * size;
    return isSmooth && Math.abs(analytic - value) <= SAFETY * error + 1e-4 * Math.abs(value)
      ? { value, error, step: h }
      : null;
  }
  return null;
}

/** The slopes differ from both sides by more than their errors. */
function jumps(left: Estimate, right: Estimate): boolean {
  const size = Math.max(Math.abs(left.value), Math.abs(right.value));
  return Math.abs(left.value - right.value) > SAFETY * (left.error + right.error) + 1e-4 * size;
}

/** The slope jumps here, and the gradient lies between both sides: a subgradient. */
function isKink(analytic: number, left: Estimate, right: Estimate): boolean {
  const margin = SAFETY * (left.error + right.error);
  const low = Math.min(left.value, right.value) - margin;
  const high = Math.max(left.value, right.value) + margin;
  return jumps(left, right) && analytic >= low && analytic <= high;
}
