/** Every element of a tensor: its gradient against central differences, refined where the first step leaves a doubt. */

import { normOf } from "../stats";
import type { Tensor } from "../tensor";
import { centralDerivative, LADDER, type Samples } from "./difference";
import {
  divergence,
  type Element,
  isUnsettled,
  judge,
  SAFETY,
  sample,
  scaleOf,
  type Tolerances,
} from "./judge";
import { centralSlopes, methods } from "./methods";
import type { Pace } from "./pace";
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
/** Doubtful elements refined before the search for the worst one stops, once wrong ones were found. */
const REFINED_AT_ONCE = 512;

export interface Compared {
  /** Numeric derivative of every element that was looked at; NaN for the others. */
  readonly numeric: Float64Array;
  readonly checked: number;
  /** The elements that were refined. */
  readonly refined: readonly Element[];
  readonly step: number;
  /** Pairs of evaluations that random directions needed. */
  readonly pairs?: number;
}

/** Compares `analytic` with differences of the loss, element by element; stops early when cancelled. */
export async function compareElements(
  evaluation: Evaluation,
  analytic: ArrayLike<number>,
  noise: number,
  tolerances: Tolerances,
  pace: Pace,
): Promise<Compared> {
  const x = evaluation.x;
  const scale = scaleOf(x);
  const numeric = new Float64Array(x.size).fill(Number.NaN);
  const doubtful: number[] = [];
  const { slopes, points, smallest } = methods[tolerances.method ?? "central"];
  const each = Math.max(1, Math.floor(evaluation.chunk / points));
  const step = firstStep(x, analytic, noise, smallest);
  const clear = step === LARGEST_STEP ? DECIDES_LAST : DECIDES;
  let checked = 0;
  for (let start = 0; start < x.size; start += each) {
    if (!(await pace.turn("elements", start / x.size))) break;
    const end = Math.min(x.size, start + each);
    const these = Int32Array.from({ length: end - start }, (_, n) => start + n);
    const { central, bend } = slopes(evaluation, these, (i) => step * scale(i));
    for (let i = start; i < end; i++) {
      const n = central[i - start] as number;
      numeric[i] = n;
      const rounding = noise / (step * scale(i));
      if (!isClear(analytic[i] as number, n, bend[i - start] as number, rounding, clear)) doubtful.push(i);
    }
    checked = end;
  }
  const left = await secondLook(evaluation, x, scale, doubtful, analytic, numeric, noise, tolerances, pace);
  const difference = (i: number) => Math.abs((analytic[i] as number) - (numeric[i] as number));
  left.doubtful.sort((a, b) => (difference(b) || 0) - (difference(a) || 0));
  const refined: Element[] = [...left.undecided];
  for (let at = 0; at < left.doubtful.length; at += REFINED_AT_ONCE) {
    const some = left.doubtful.slice(at, at + REFINED_AT_ONCE);
    const elements = await refine(evaluation, x, scale, some, analytic, noise, tolerances, pace);
    for (const element of elements) numeric[element.index] = element.numeric;
    refined.push(...elements);
    if (elements.length < some.length || elements.some(({ outcome }) => outcome === "wrong")) break;
  }
  return { numeric, checked, refined, step: step * scale(0) };
}

/** The step with which typical elements stand clear of the noise. */
function firstStep(x: Tensor, analytic: ArrayLike<number>, noise: number, smallest: number): number {
  const root = Math.sqrt(Math.max(1, x.size));
  const gradient = normOf(analytic) / root;
  const scale = normOf(x.data.filter(Number.isFinite)) / root || 1;
  if (!(gradient > 0)) return smallest;
  return Math.min(LARGEST_STEP, Math.max(smallest, (CLEAR * noise) / (gradient * scale)));
}

/** True when the first step decides that an element is right: it stands above the noise, and nothing bends there. */
function isClear(analytic: number, numeric: number, bend: number, rounding: number, clear: number): boolean {
  const size = Math.max(Math.abs(analytic), Math.abs(numeric));
  if (bend > 1e3 * rounding && bend > BEND * size) return false;
  if (analytic === 0 && numeric === 0) return true;
  // Infinity is not near infinity.
  if (!Number.isFinite(size)) return false;
  return (
    size > clear * rounding && Math.abs(analytic - numeric) <= FIRST_AGREEMENT * size + SAFETY * rounding
  );
}

/** So many doubtful elements are worth a look at the step that suits this tensor, before each is refined by itself. */
const WORTH_A_LOOK = 40;

/**
 * Where the first step leaves many doubts, as with gradients near the noise, a few elements tell which step suits
 * the tensor; with that step all of them are looked at again.
 */
async function secondLook(
  evaluation: Evaluation,
  x: Tensor,
  scale: (i: number) => number,
  doubtful: readonly number[],
  analytic: ArrayLike<number>,
  numeric: Float64Array,
  noise: number,
  { rtol, atol }: Tolerances,
  pace: Pace,
): Promise<{ doubtful: number[]; undecided: Element[] }> {
  if (doubtful.length < WORTH_A_LOOK) return { doubtful: [...doubtful], undecided: [] };
  const some = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95].map(
    (q) => doubtful[Math.floor(q * doubtful.length)] as number,
  );
  const best = sample(evaluation, x, scale, some, noise).map(
    (samples, n) => centralDerivative(samples).step / scale(some[n] as number),
  );
  best.sort((a, b) => a - b);
  const fine = best[best.length >> 1] as number;
  const left: number[] = [];
  const undecided: Element[] = [];
  const each = Math.max(1, Math.floor(evaluation.chunk / 4));
  for (let start = 0; start < doubtful.length; start += each) {
    if (!(await pace.turn("elements", start / doubtful.length))) break;
    const these = doubtful.slice(start, start + each);
    const coarse = centralSlopes(evaluation, these, (i) => 4 * fine * scale(i)).central;
    const close = centralSlopes(evaluation, these, (i) => fine * scale(i)).central;
    these.forEach((i, n) => {
      const a = analytic[i] as number;
      const value = (close[n] as number) + ((close[n] as number) - (coarse[n] as number)) / 15;
      const error = Math.abs(value - (close[n] as number)) / 4 + (2 * noise) / (fine * scale(i));
      const size = Math.max(Math.abs(a), Math.abs(value));
      if (!(Math.abs(a - value) <= SAFETY * error + rtol * size + atol)) left.push(i);
      else {
        numeric[i] = value;
        if (SAFETY * error >= size) undecided.push(blindElement(i, a, value, error, fine * scale(i)));
      }
    });
  }
  return { doubtful: left, undecided };
}

function blindElement(
  index: number,
  analytic: number,
  numeric: number,
  error: number,
  step: number,
): Element {
  return { index, analytic, numeric, error, step, outcome: "undecided", slopes: null };
}

async function refine(
  evaluation: Evaluation,
  x: Tensor,
  scale: (i: number) => number,
  elements: readonly number[],
  analytic: ArrayLike<number>,
  noise: number,
  tolerances: Tolerances,
  pace: Pace,
): Promise<Element[]> {
  const found: Element[] = [];
  const perElement = 2 * LADDER.length + 1;
  const each = Math.max(1, Math.floor(evaluation.chunk / perElement));
  for (let start = 0; start < elements.length; start += each) {
    if (!(await pace.turn("refining", start / elements.length))) break;
    const some = elements.slice(start, start + each);
    for (const [n, samples] of sample(evaluation, x, scale, some, noise).entries()) {
      const i = some[n] as number;
      const element = judge(i, analytic[i] as number, samples, tolerances);
      found.push(lookCloser(evaluation, x, scale, element, samples, tolerances));
    }
  }
  return found;
}

/** Finer steps than those of the ladder, for functions that change within its finest one. */
const FINER = 4 ** -10;

/** An element far smaller than its neighbours, or a function that changes quickly, may need steps of their own size. */
function lookCloser(
  evaluation: Evaluation,
  x: Tensor,
  scale: (i: number) => number,
  element: Element,
  samples: Samples,
  tolerances: Tolerances,
): Element {
  const { index, analytic, outcome } = element;
  const again = (size: number) => sample(evaluation, x, () => size, [index], samples.noise)[0] ?? samples;
  const limit = outcome === "non-finite" ? null : divergence(samples);
  const isDoubtful = outcome !== "ok" && outcome !== "undecided";
  if (limit !== null || (outcome === "wrong" && isUnsettled(samples, element))) {
    const fine = FINER * scale(index);
    const ladders = [fine, Math.min(fine, Math.abs(x.data[index] as number) || FINER * fine)].map(again);
    for (const finer of ladders) {
      const closer = judge(index, analytic, finer, tolerances);
      if (closer.outcome === "ok") return closer;
    }
    if (limit !== null && ladders.every((finer) => divergence(finer) === limit))
      return { ...element, numeric: limit, outcome: "non-finite" };
  }
  const own = Math.abs(x.data[index] as number) || 1e-5 * scale(index);
  if (!isDoubtful || own > scale(index) / 64) return element;
  let best = element;
  for (const size of [Math.sqrt(own * scale(index)), own]) {
    const closer = judge(index, analytic, again(size), tolerances);
    if (closer.outcome === "ok") return closer;
    if (closer.error < best.error) best = closer;
  }
  return best;
}
