/** The gradient along random directions: what they cost does not grow with the size of a tensor. */
import { RandomGenerator } from "../../core/random";
import { scaleOf } from "../judging/judge";
import { LADDER } from "./difference";
import type { Compared } from "./elements";
import { AGREEMENT, type Comparing, type Gap, gapAlong, type Line } from "./gap";
import { searchWrong } from "./search";

/** Directions compared: a single wrong element escapes none of them, because no component is near 0. */
const DIRECTIONS = 2;
/** Steps, as places of the ladder: 4^−5 … 4^−15. A direction through many elements meets many kinks: the smaller, the fewer. */
const [LARGEST, SMALLEST] = [4, 14];
/** The first step stands so far above the noise. */
const CLEAR = 1e7;
/** Places of the ladder, from the first step, at which a direction that does not agree at once is tried. */
const OTHERS = [0, 2, 4, -2];

/** What random directions told. */
export interface Agreement {
  /** How many were compared, and how many of them agree. */
  readonly tried: number;
  readonly agreeing: number;
  /** The first that does not agree. */
  readonly failing: { readonly direction: Float64Array; readonly gap: Gap } | null;
  /** Pairs of evaluations. */
  readonly pairs: number;
}

/**
 * Compares directional derivatives; where one is wrong, halves the set of elements until the wrong element is found.
 * @param looks how many other elements are then looked at, to tell a single error from a common one
 */
export async function compareDirections(comparing: Comparing, seed: number, looks = 0): Promise<Compared> {
  return searchWhereWrong(comparing, await agreementOf(comparing, seed), looks);
}

/** The search that follows where a direction does not agree. */
export async function searchWhereWrong(
  comparing: Comparing,
  { tried, agreeing, failing, pairs }: Agreement,
  looks = 0,
): Promise<Compared> {
  const { x } = comparing.evaluation;
  const numeric = new Float64Array(x.size).fill(Number.NaN);
  const step = (LADDER[LARGEST] as number) * comparing.scale(0);
  const plain: Compared = { numeric, checked: tried, refined: [], step, pairs, agreeing };
  if (failing === null) return plain;
  const found = await searchWrong(comparing, failing.direction, failing.gap, looks);
  for (const element of found.refined) numeric[element.index] = element.numeric;
  const refined = found.refined.filter(({ outcome }) => outcome !== "ok");
  const all = { ...plain, pairs: pairs + found.pairs, refined, step: found.refined[0]?.step ?? step };
  return refined.some(({ outcome }) => outcome === "wrong") ? all : { ...all, gap: failing.gap };
}

/**
 * Compares derivatives along random directions through all elements, until one does not agree. Their components are
 * ± scale, so an error of one element shows undiminished.
 */
export async function agreementOf(
  comparing: Comparing,
  seed: number,
  count = DIRECTIONS,
): Promise<Agreement> {
  const { evaluation, scale, pace } = comparing;
  const random = new RandomGenerator(seed);
  let [tried, pairs] = [0, 0];
  while (tried < count && (await pace.turn("random directions", tried / count))) {
    const direction = Float64Array.from(
      { length: evaluation.x.size },
      (_, i) => (random.uniform() < 0.5 ? -1 : 1) * scale(i),
    );
    const line = { direction, from: 0, to: direction.length };
    const { gap, taken } = await decidingGap(comparing, line);
    pairs += taken;
    if (gap === null) break;
    tried++;
    if (!(distance(gap) <= gap.margin))
      return { tried, agreeing: tried - 1, failing: { direction, gap }, pairs };
  }
  return { tried, agreeing: tried, failing: null, pairs };
}

/** The derivatives along a line at the step that decides; null when the work should stop before. */
async function decidingGap(comparing: Comparing, line: Line): Promise<{ gap: Gap | null; taken: number }> {
  const first = firstPlace(comparing, line);
  const places = [...new Set(OTHERS.map((p) => Math.min(SMALLEST, Math.max(LARGEST, first + p))))];
  const gaps: Gap[] = [];
  for (const place of places) {
    const gap = await gapAlong(comparing, line, LADDER[place] as number);
    if (gap === null) return { gap: null, taken: gaps.length };
    gaps.push(gap);
    const size = Math.max(Math.abs(gap.analytic), Math.abs(gap.numeric));
    if (distance(gap) <= gap.margin && gap.margin <= 10 * AGREEMENT * size)
      return { gap, taken: gaps.length };
  }
  gaps.sort((a, b) => b.step - a.step);
  // What a kink or the curvature adds changes from step to step; a wrong derivative does not.
  const drifts = gaps.slice(1).map((gap, k) => Math.abs(gap.numeric - (gaps[k] as Gap).numeric));
  const candidates = gaps.slice(1).map((gap, k): Gap => {
    const drift = Math.max(drifts[k] as number, (drifts[k - 1] ?? 0) / 4);
    return { ...gap, margin: gap.margin + drift };
  });
  const best = candidates.reduce((a, b) => (b.margin < a.margin ? b : a));
  const persists = gaps.every(
    (gap) => gap.step > best.step || distance(gap) > distance(best) / 2 || gap.margin > distance(best) / 2,
  );
  const margin = persists ? best.margin : Math.max(best.margin, distance(best));
  return { gap: { ...best, margin }, taken: gaps.length };
}

function distance({ analytic, numeric }: Gap): number {
  return Math.abs(analytic - numeric);
}

/** The place of the ladder whose step makes the derivative of the backward pass stand clear of the noise. */
function firstPlace({ analytic, noise }: Comparing, { direction }: Line): number {
  const slope = direction.reduce((sum, d, i) => sum + d * (analytic[i] as number), 0);
  const place = Math.log(Math.abs(slope) / (CLEAR * noise)) / Math.log(4) - 1;
  return Number.isFinite(place) ? Math.min(SMALLEST - 4, Math.max(LARGEST + 2, Math.floor(place))) : 6;
}

/** What is compared with steps of the tensor's own scale. */
export function comparingWith(look: Omit<Comparing, "scale">): Comparing {
  return { ...look, scale: scaleOf(look.evaluation.x, look.evaluation.least) };
}
