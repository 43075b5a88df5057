/** The search for a wrong element along a direction that does not agree: a pair of evaluations halves the elements. */
import { RandomGenerator } from "../../core/random";
import { type Element, judge, sample } from "../judging/judge";
import { LADDER } from "./difference";
import { type Comparing, type Gap, gapAlong } from "./gap";

/** What the search looked at; empty when it was stopped before. */
export interface SearchResult {
  readonly refined: readonly Element[];
  readonly pairs: number;
}

/** The element that the gap leads to, and `looks` others. */
export async function searchWrong(
  comparing: Comparing,
  direction: Float64Array,
  gap: Gap,
  looks: number,
): Promise<SearchResult> {
  const { size } = comparing.evaluation.x;
  const { index, pairs } = await bisect(comparing, direction, gap);
  if (index === null) return { refined: [], pairs };
  const random = new RandomGenerator(size);
  const others = Array.from({ length: looks }, () => Math.floor(random.uniform() * size));
  const refined: Element[] = [];
  // One at a time: with a large tensor, the ladder of a single element fills the memory that is spared for it.
  for (const i of new Set([index, ...others])) {
    if (!(await comparing.pace.turn("looking at other elements", 1))) break;
    const [samples] = (await sample(comparing, [i])) ?? [];
    if (samples === undefined) break;
    refined.push(judge(i, comparing.analytic[i] as number, samples, comparing.tolerances));
  }
  return { refined, pairs: pairs + LADDER.length };
}

/** Follows the gap into halves: one pair of evaluations a half, the other half's gap is what remains. */
async function bisect(
  comparing: Comparing,
  direction: Float64Array,
  whole: Gap,
): Promise<{ index: number | null; pairs: number }> {
  let from = 0;
  let to = direction.length;
  let gap = whole.analytic - whole.numeric;
  let pairs = 0;
  while (to - from > 1) {
    const fraction = 1 - Math.log2(to - from) / Math.log2(direction.length);
    if (!(await comparing.pace.turn("searching the wrong element", fraction))) return { index: null, pairs };
    const middle = (from + to) >> 1;
    const half = await gapAlong(comparing, { direction, from, to: middle }, whole.step);
    if (half === null) return { index: null, pairs };
    pairs++;
    const left = half.analytic - half.numeric;
    if (Math.abs(left) > Math.abs(gap - left)) {
      to = middle;
      gap = left;
    } else {
      from = middle;
      gap -= left;
    }
  }
  return { index: from, pairs };
}
