/** How the time of a check goes to its tensors: everything where it is enough; else directions for all, then elements. */

import type { Candidate, CandidateResult, PlanOptions, Thrown } from "./candidate";
import { compareDirections, comparingWith } from "./directions";
import { compareElements } from "./elements";
import { noiseOf } from "./noise";
import type { Pace } from "./pace";
import { compareWithinBudget, OVERHEAD } from "./within-budget";

/** Whether nothing was compared at all. */
export function isUntouched({ compared: { checked, agreeing = 0 } }: CandidateResult): boolean {
  return checked === 0 && agreeing === 0;
}

/** Share of the time up to which an estimate is trusted. */
const TRUSTED = 0.5;

/** Compares all candidates within the time of `pace`; small ones first where it is short. */
export async function compareAll(
  candidates: readonly Candidate[],
  options: PlanOptions,
  pace: Pace,
): Promise<(CandidateResult | Thrown)[]> {
  const estimates = candidates.map((candidate) => estimate(candidate, options));
  const total = estimates.reduce((sum, ms) => sum + ms, 0);
  return total <= TRUSTED * pace.left
    ? compareThoroughly(candidates, estimates, options, pace)
    : compareWithinBudget(candidates, estimates, options, pace);
}

/** Milliseconds for everything that there is to compare, at most. */
function estimate({ evaluation: { x, costMs } }: Candidate, { limit }: PlanOptions): number {
  return costMs * (OVERHEAD + (x.size <= limit ? 2 * x.size : 0));
}

async function compareThoroughly(
  candidates: readonly Candidate[],
  estimates: readonly number[],
  { limit, tolerances, seed }: PlanOptions,
  pace: Pace,
): Promise<(CandidateResult | Thrown)[]> {
  const found: (CandidateResult | Thrown)[] = [];
  let ahead = estimates.reduce((sum, ms) => sum + ms, 0);
  for (const [i, { name, evaluation, analytic }] of candidates.entries()) {
    ahead -= estimates[i] as number;
    // What one leaves goes to the next; an estimate that was wrong must not starve those after it.
    const share = Math.max(pace.left / (candidates.length - i), pace.left - 2 * ahead);
    const own = pace.part(share, name, (fraction) => (i + fraction) / candidates.length);
    const begun = pace.now();
    const every = analytic.length <= limit;
    try {
      const noise = await noiseOf(evaluation, own, seed + 1);
      const compared = every
        ? await compareElements(evaluation, analytic, noise, tolerances, own)
        : await compareDirections(
            comparingWith({ evaluation, analytic, noise, tolerances, pace: own }),
            seed,
          );
      found.push({ compared, every, noise, durationMs: pace.now() - begun });
    } catch (thrown) {
      found.push({ thrown });
    }
  }
  return found;
}
