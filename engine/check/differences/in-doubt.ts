/** Elements that the first step left in doubt: looked at with the step that suits them, then along a ladder of steps. */

import {
  divergence,
  type Element,
  isUnsettled,
  judge,
  type Look,
  SAFETY,
  sample,
  type Tolerances,
} from "../judging/judge";
import { centralDerivative, LADDER, type Samples } from "./difference";
import { centralSlopes } from "./methods";
import { Pieces } from "./pace";

/** Doubtful elements refined before the search for the worst one stops, once wrong ones were found. */
const REFINED_AT_ONCE = 512;

/** Decides about the elements that the first step left in doubt, worst first; `open` are those it did not get to. */
export async function resolveDoubts(
  look: Look,
  doubtful: readonly number[],
  analytic: ArrayLike<number>,
  numeric: Float64Array,
  tolerances: Tolerances,
): Promise<{ elements: Element[]; open: readonly number[] }> {
  const left = await secondLook(look, doubtful, analytic, numeric, tolerances);
  const difference = (i: number) => Math.abs((analytic[i] as number) - (numeric[i] as number));
  left.doubtful.sort((a, b) => (difference(b) || 0) - (difference(a) || 0));
  const elements: Element[] = [...left.undecided];
  let at = 0;
  while (at < left.doubtful.length) {
    const some = left.doubtful.slice(at, at + REFINED_AT_ONCE);
    const refined = await refine(look, some, analytic, tolerances);
    for (const element of refined) numeric[element.index] = element.numeric;
    elements.push(...refined);
    at += refined.length;
    if (refined.length < some.length || refined.some(({ outcome }) => outcome === "wrong")) break;
  }
  return { elements, open: left.doubtful.slice(at) };
}

/** So many doubtful elements are worth a look at the step that suits this tensor, before each is refined by itself. */
const WORTH_A_LOOK = 40;

/**
 * Where the first step leaves many doubts, as with gradients near the noise, a few elements tell which step suits
 * the tensor; with that step all of them are looked at again.
 */
async function secondLook(
  look: Look,
  doubtful: readonly number[],
  analytic: ArrayLike<number>,
  numeric: Float64Array,
  { rtol, atol }: Tolerances,
): Promise<{ doubtful: number[]; undecided: Element[] }> {
  const { evaluation, scale, noise, pace } = look;
  if (doubtful.length < WORTH_A_LOOK) return { doubtful: [...doubtful], undecided: [] };
  const some = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95].map(
    (q) => doubtful[Math.floor(q * doubtful.length)] as number,
  );
  const sampled = await sample(look, some);
  if (sampled === null) return { doubtful: [...doubtful], undecided: [] };
  const best = sampled.map((samples, n) => centralDerivative(samples).step / scale(some[n] as number));
  best.sort((a, b) => a - b);
  const fine = best[best.length >> 1] as number;
  const left: number[] = [];
  const undecided: Element[] = [];
  const pieces = new Pieces(pace, Math.max(1, Math.floor(evaluation.chunk / 4)));
  for (let start = 0, end = 0; start < doubtful.length; start = end) {
    end = start + pieces.next();
    const these = doubtful.slice(start, end);
    if (!(await pace.turn("elements in doubt", start / doubtful.length))) {
      left.push(...these);
      continue;
    }
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
  look: Look,
  elements: readonly number[],
  analytic: ArrayLike<number>,
  tolerances: Tolerances,
): Promise<Element[]> {
  const found: Element[] = [];
  const perElement = 2 * LADDER.length + 1;
  const each = Math.max(1, Math.floor(look.evaluation.chunk / perElement));
  let confirmed = 0;
  for (let start = 0; start < elements.length; start += each) {
    if (!(await look.pace.turn("elements in doubt", start / elements.length))) break;
    const some = elements.slice(start, start + each);
    const sampled = await sample(look, some);
    if (sampled === null) break;
    for (const [n, samples] of sampled.entries()) {
      const i = some[n] as number;
      const element = judge(i, analytic[i] as number, samples, tolerances);
      const closer = await lookCloser(look, element, samples, tolerances);
      const isWrong = closer.outcome === "wrong";
      const finer =
        isWrong && confirmed < CONFIRMED ? await lookFiner(look, closer, samples, tolerances) : closer;
      confirmed = finer.outcome === "wrong" ? confirmed + 1 : isWrong ? 0 : confirmed;
      found.push(finer);
    }
  }
  return found;
}

/** So many in a row that finer steps find wrong, too, speak for those that follow. */
const CONFIRMED = 8;
/** What finer steps show in place of a fault must be this much surer than the gap that they close. */
const SURER = 0.05;

/**
 * A function whose slope changes within the finest step of the ladder, such as a softmax of scores in the millions, shows
 * its derivative to finer steps only, as far as the noise lets them.
 */
async function lookFiner(
  look: Look,
  element: Element,
  { noise }: Samples,
  tolerances: Tolerances,
): Promise<Element> {
  const { index, analytic, numeric } = element;
  const gap = Math.abs(analytic - numeric);
  for (const size of [FINER * look.scale(index), FINER * FINER * look.scale(index)]) {
    const mayShow = noise < SURER * gap * size;
    const finer = mayShow ? (await sample({ ...look, scale: () => size, noise }, [index]))?.[0] : undefined;
    if (finer === undefined) break;
    const closer = judge(index, analytic, finer, tolerances);
    if (closer.outcome === "ok" && SAFETY * closer.error < SURER * gap) return closer;
  }
  return element;
}

/** Finer steps than those of the ladder, for functions that change within its finest one. */
const FINER = 4 ** -10;

/** An element far smaller than its neighbours, or a function that changes quickly, may need steps of their own size. */
async function lookCloser(
  look: Look,
  element: Element,
  samples: Samples,
  tolerances: Tolerances,
): Promise<Element> {
  const { index, analytic, outcome } = element;
  const scale = look.scale(index);
  const own = Math.abs(look.evaluation.x.data[index] as number);
  const again = async (size: number) =>
    (await sample({ ...look, scale: () => size, noise: samples.noise }, [index]))?.[0] ?? samples;
  const limit = outcome === "non-finite" ? null : divergence(samples);
  const isDoubtful = outcome !== "ok" && outcome !== "undecided";
  if (limit !== null || (outcome === "wrong" && isUnsettled(samples, element))) {
    const fine = FINER * scale;
    const ladders = [await again(fine), await again(Math.min(fine, own || FINER * fine))];
    for (const finer of ladders) {
      const closer = judge(index, analytic, finer, tolerances);
      if (closer.outcome === "ok") return closer;
    }
    if (limit !== null && ladders.every((finer) => divergence(finer) === limit))
      return { ...element, numeric: limit, outcome: "non-finite" };
  }
  const size = own || 1e-5 * scale;
  if (!isDoubtful || size > scale / 64) return element;
  let best = element;
  for (const each of [Math.sqrt(size * scale), size]) {
    const closer = judge(index, analytic, await again(each), tolerances);
    if (closer.outcome === "ok") return closer;
    if (closer.error < best.error) best = closer;
  }
  return best;
}
