/** Comparisons for which the time is too short: a direction for all, a search where one does not agree, then elements. */

import type { Candidate, CandidateResult, PlanOptions, Thrown } from "./candidate";
import { type Agreement, agreementOf, comparingWith, searchWhereWrong } from "./directions";
import { type Compared, compareElements } from "./elements";
import type { Comparing } from "./gap";
import { noiseOf } from "./noise";
import type { Pace } from "./pace";

/** Evaluations that noise and random directions take, about. */
export const OVERHEAD = 24;
/** Share of the time in which the noise is measured, and of what a tensor gets for a noise of its own. */
const FOR_NOISE = 0.1;
const OWN_NOISE = 0.05;
/** Share of the time that is left for searching wrong elements. */
const FOR_SEARCH = 0.5;
/** Shares of the time that is left for single elements: less where an operation is to be named for a fault. */
const FOR_ELEMENTS = { right: 0.95, wrong: 0.1 };

/** A candidate on its way through the phases. */
interface Work {
  readonly candidate: Candidate;
  readonly estimateMs: number;
  readonly every: boolean;
  durationMs: number;
  agreement: Agreement;
  compared: Compared | null;
  thrown: Thrown | null;
}

/** What all candidates share. */
interface Shared {
  readonly options: PlanOptions;
  readonly noise: number;
  readonly pace: Pace;
  /** Milliseconds of all phases together. */
  readonly whole: number;
}

/** One job for a candidate, in the time that it gets. */
type Job = (work: Work, comparing: Comparing) => Promise<void>;

/** Compares as much of all candidates as the time of `pace` allows. */
export async function compareWithinBudget(
  candidates: readonly Candidate[],
  estimates: readonly number[],
  options: PlanOptions,
  pace: Pace,
): Promise<(CandidateResult | Thrown)[]> {
  const whole = pace.left;
  const noise = await sharedNoise(
    candidates,
    options.seed,
    pace.part(FOR_NOISE * whole, undefined, () => 0),
  );
  const shared: Shared = { options, noise, pace, whole };
  const works = candidates.map((candidate, i) => workOf(candidate, estimates[i] ?? 0, options));
  await forEach(works, 1, shared, async (work, comparing) => {
    work.agreement = await agreementOf(comparing, options.seed, 1);
  });
  const failing = works.filter(({ agreement }) => agreement.failing !== null);
  await forEach(failing, FOR_SEARCH, shared, async (work, comparing) => {
    work.compared = await searchWhereWrong(comparing, work.agreement);
  });
  const isFound = ({ compared }: Work) =>
    compared?.refined.some(({ outcome }) => outcome === "wrong") ?? false;
  const open = works.filter((work) => work.every && !isFound(work));
  const share = failing.length > 0 ? FOR_ELEMENTS.wrong : FOR_ELEMENTS.right;
  // Small ones cost little, and what they leave goes to the others.
  open.sort((a, b) => a.estimateMs - b.estimateMs);
  await forEach(open, share, shared, compareOpen);
  return works.map((work) => work.thrown ?? comparisonOf(work, noise));
}

function workOf(candidate: Candidate, estimateMs: number, { limit }: PlanOptions): Work {
  const every = candidate.analytic.length <= limit;
  const agreement = { tried: 0, agreeing: 0, failing: null, pairs: 0 };
  return { candidate, estimateMs, every, durationMs: 0, agreement, compared: null, thrown: null };
}

/** Does a job for each in a share of the time that is left; what one does not need goes to the next. */
async function forEach(some: readonly Work[], share: number, shared: Shared, job: Job): Promise<void> {
  const { options, noise, pace, whole } = shared;
  const kept = (1 - share) * pace.left;
  for (const [i, work] of some.entries()) {
    const { name, evaluation, analytic } = work.candidate;
    const begun = pace.now();
    const own = pace.part((pace.left - kept) / (some.length - i), name, () => 1 - pace.left / whole);
    const { tolerances } = options;
    try {
      if (work.thrown === null)
        await job(work, comparingWith({ evaluation, analytic, noise, tolerances, pace: own }));
    } catch (thrown) {
      work.thrown = { thrown };
    }
    work.durationMs += pace.now() - begun;
  }
}

/** The elements of one, with a noise of its own where measuring that takes little. */
async function compareOpen(work: Work, comparing: Comparing): Promise<void> {
  const { evaluation, analytic, noise, tolerances, pace } = comparing;
  const isCheap = OVERHEAD * evaluation.costMs <= OWN_NOISE * pace.left;
  const exact = isCheap ? await noiseOf(evaluation, pace) : noise;
  const elements = await compareElements(evaluation, analytic, exact, tolerances, pace);
  const { agreement, compared } = work;
  const gap = compared?.gap === undefined ? {} : { gap: compared.gap };
  work.compared = { ...elements, agreeing: agreement.agreeing, ...gap };
}

function comparisonOf(work: Work, noise: number): CandidateResult {
  const compared = work.compared ?? onlyDirections(work);
  // Where a direction led to the fault, the elements were not compared one by one.
  const every = work.every && compared.pairs === undefined;
  return { compared, every, noise, durationMs: work.durationMs };
}

function onlyDirections({ candidate, every, agreement: { tried, agreeing, pairs } }: Work): Compared {
  const numeric = new Float64Array(candidate.analytic.length).fill(Number.NaN);
  const alone = { numeric, refined: [], step: 0, agreeing };
  return every ? { ...alone, checked: 0 } : { ...alone, checked: tried, pairs };
}

/** The noise of the tensor on which most depends: no other one's is larger. */
async function sharedNoise(candidates: readonly Candidate[], seed: number, pace: Pace): Promise<number> {
  const inOrder = candidates.toSorted((a, b) => b.evaluation.costMs - a.evaluation.costMs);
  for (const { evaluation } of inOrder) {
    try {
      return await noiseOf(evaluation, pace, seed + 1);
    } catch {
      // The next one may be evaluated; this one says what it threw when its turn comes.
    }
  }
  return 0;
}
