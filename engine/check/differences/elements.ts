/** Every element of a tensor: its gradient against central differences, refined where the first step leaves a doubt. */

import { normOf } from "../../core/norm-of";
import { showCount } from "../../core/number-text";
import { RandomGenerator } from "../../core/random";
import type { Tensor } from "../../core/tensor";
import { type Element, type Look, SAFETY, scaleOf, type Tolerances } from "../judging/judge";
import type { Gap } from "./gap";
import { resolveDoubts } from "./in-doubt";
import { methods } from "./methods";
import { type Pace, Pieces } from "./pace";
import type { Evaluation } from "./variants";

const LARGEST_STEP = 1e-2;
/** Relative difference up to which the first step is believed; below it truncation is expected. */
const FIRST_AGREEMENT = 1e-6;
/** How far typical elements should stand above the noise of the first step. */
const CLEAR = 1e4;
/** How far an element must stand above it for that step to decide; less where a larger step would not help either. */
const DECIDES = 300;
const DECIDES_LAST = 50;
/** Slopes from both sides that differ by this share may be a kink. */
const BEND = 0.1;
/** Batches in which the time goes to elements when it is too short for all of them. */
const BATCHES = 8;

export interface Compared {
  /** Numeric derivative of every element that was looked at; NaN for the others. */
  readonly numeric: Float64Array;
  /** How many elements were decided about. */
  readonly checked: number;
  /** The elements that were refined. */
  readonly refined: readonly Element[];
  readonly step: number;
  /** Pairs of evaluations that random directions needed. */
  readonly pairs?: number;
  /** Random directions along which the gradient agrees. */
  readonly agreeing?: number;
  /** A direction that does not agree, where no wrong element was found. */
  readonly gap?: Gap;
}

/**
 * Compares `analytic` with differences of the loss, element by element. Where the time that is left is too short for all
 * of them, it goes to elements from everywhere in the tensor, in batches; what was not decided about does not count.
 */
export async function compareElements(
  evaluation: Evaluation,
  analytic: ArrayLike<number>,
  noise: number,
  tolerances: Tolerances,
  pace: Pace,
): Promise<Compared> {
  const { size } = evaluation.x;
  const scale = scaleOf(evaluation.x, evaluation.least);
  const look: Look = { evaluation, scale, noise, pace };
  const numeric = new Float64Array(size).fill(Number.NaN);
  const { slopes, points, smallest } = methods[tolerances.method ?? "central"];
  const pieces = new Pieces(pace, Math.max(1, Math.floor(evaluation.chunk / points)));
  const step = firstStep(evaluation.x, analytic, noise, smallest);
  const clear = step === LARGEST_STEP ? DECIDES_LAST : DECIDES;
  const refined: Element[] = [];
  let order = new Int32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  let [batch, checked] = [size, 0];
  for (let [at, isOver] = [0, false]; at < size && !isOver; ) {
    const [from, begun] = [at, pace.now()];
    const doubtful: number[] = [];
    while (
      at < Math.min(size, from + batch) &&
      (await pace.turn(`${showCount(at)} of ${showCount(size)} compared`, at / size))
    ) {
      const these = order.subarray(at, Math.min(size, from + batch, at + pieces.next()));
      const { central, bend } = slopes(evaluation, these, (i) => step * scale(i));
      for (let n = 0; n < these.length; n++) {
        const i = these[n] as number;
        numeric[i] = central[n] as number;
        const rounding = noise / (step * scale(i));
        if (!isClear(analytic[i] as number, numeric[i], bend[n] as number, rounding, clear)) doubtful.push(i);
      }
      at += these.length;
      if (at > these.length) continue;
      batch = Math.max(at, affordable(size, (pace.now() - begun) / at, pace.left));
      if (batch < size) order = spread(order, at);
    }
    const { elements, open } = await resolveDoubts(look, doubtful, analytic, numeric, tolerances);
    refined.push(...elements);
    const isWrong = elements.some(({ outcome }) => outcome === "wrong");
    isOver = isWrong || pace.isOver;
    checked = at - (isWrong ? 0 : open.length);
    if (!isWrong) for (const i of open) numeric[i] = Number.NaN;
    batch = Math.max(1, affordable(size - at, (pace.now() - begun) / (at - from), pace.left));
  }
  return { numeric, checked, refined, step: step * scale(0) };
}

/** The step with which typical elements stand clear of the noise. */
function firstStep(x: Tensor, analytic: ArrayLike<number>, noise: number, smallest: number): number {
  const root = Math.sqrt(Math.max(1, x.size));
  const gradient = normOf(analytic) / root;
  const scale = normOf(x.data) / root || 1;
  if (!(gradient > 0)) return smallest;
  return Math.min(LARGEST_STEP, Math.max(smallest, (CLEAR * noise) / (gradient * scale)));
}

/** True when the first step decides that an element is right: it stands above the noise, and nothing bends there. */
function isClear(analytic: number, numeric: number, bend: number, rounding: number, clear: number): boolean {
  if (!Number.isFinite(analytic) || !Number.isFinite(numeric)) return false;
  const size = Math.max(Math.abs(analytic), Math.abs(numeric));
  if (bend > 1e3 * rounding && bend > BEND * size) return false;
  if (analytic === 0 && numeric === 0) return true;
  // Infinity is not near infinity.
  if (!Number.isFinite(size)) return false;
  return (
    size > clear * rounding && Math.abs(analytic - numeric) <= FIRST_AGREEMENT * size + SAFETY * rounding
  );
}

/** How many of `count` elements to take at once: all of them when the time that is left is enough for that. */
function affordable(count: number, msEach: number, leftMs: number): number {
  return count * msEach <= leftMs ? count : Math.floor(leftMs / msEach / BATCHES);
}

/** The elements from `done` on in another order, in which any few of them come from everywhere. */
function spread(order: Int32Array, done: number): Int32Array<ArrayBuffer> {
  const spreadOut = order.slice();
  const random = new RandomGenerator(order.length);
  for (let n = order.length - 1; n > done; n--) {
    const other = done + Math.floor(random.uniform() * (n + 1 - done));
    [spreadOut[n], spreadOut[other]] = [spreadOut[other] as number, spreadOut[n] as number];
  }
  return spreadOut;
}
