/** How the time of a check goes to its tensors: everything where it is enough; else directions for all, then elements. */
import {
  type Agreement,
  agreementOf,
  compareDirections,
  comparingWith,
  searchWhereWrong,
} from "./directions";
import { type Compared, compareElements } from "./elements";
import type { Tolerances } from "./judge";
import { noiseOf } from "./noise";
import type { Pace } from "./pace";
import type { Evaluation } from "./variants";

/** A tensor whose gradient is to be compared. */
export interface Candidate {
  readonly name: string;
  readonly evaluation: Evaluation;
  /** The gradient of the backward pass. */
  readonly analytic: Float64Array;
}

export interface PlanOptions {
  /** Tensors with more elements are compared along random directions. */
  readonly limit: number;
  readonly tolerances: Tolerances;
  readonly seed: number;
}

/** What became of a candidate. */
export interface Comparison {
  readonly compared: Compared;
  /** Whether its elements were meant to be compared one by one. */
  readonly every: boolean;
  readonly noise: number;
  readonly durationMs: number;
}

/** What a model threw when it was called. */
export interface Thrown {
  readonly thrown: unknown;
}

/** Evaluations that noise and random directions take, about. */
const OVERHEAD = 24;
/** Share of the time up to which an estimate is trusted. */
const TRUSTED = 0.5;
/** Share of the time that a noise of its own may take of what a tensor gets. */
const NOISE_SHARE = 0.05;
/** Shares of the time that is left for single elements: less where an operation is to be named for a fault. */
const FOR_ELEMENTS = { right: 0.95, wrong: 0.4 };
/** Share of the time that is left for searching wrong elements. */
const FOR_SEARCH = 0.5;

/** Compares all candidates within the time of `pace`; small ones first where it is short. */
export async function compareAll(
  candidates: readonly Candidate[],
  options: PlanOptions,
  pace: Pace,
): Promise<(Comparison | Thrown)[]> {
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
): Promise<(Comparison | Thrown)[]> {
  const found: (Comparison | Thrown)[] = [];
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

/** A candidate on its way through the phases. */
interface Work {
  readonly candidate: Candidate;
  readonly estimateMs: number;
  readonly every: boolean;
  readonly noise: number;
  durationMs: number;
  agreement: Agreement;
  compared: Compared | null;
  thrown: Thrown | null;
}

/** Directions for all, a search where one does not agree, then elements as far as the time goes. */
async function compareWithinBudget(
  candidates: readonly Candidate[],
  estimates: readonly number[],
  options: PlanOptions,
  pace: Pace,
): Promise<(Comparison | Thrown)[]> {
  const whole = pace.left;
  const timed = (ms: number, name: string) => pace.part(ms, name, () => 1 - pace.left / whole);
  const noise = await sharedNoise(candidates, options.seed, timed(whole / 10, "all"));
  const works = candidates.map((candidate, i): Work => {
    const every = candidate.analytic.length <= options.limit;
    const agreement = { tried: 0, agreeing: 0, failing: null, pairs: 0 };
    return {
      candidate,
      estimateMs: estimates[i] ?? 0,
      every,
      noise,
      durationMs: 0,
      agreement,
      compared: null,
      thrown: null,
    };
  });
  const each = async (
    some: readonly Work[],
    share: number,
    job: (work: Work, own: Pace) => Promise<void>,
  ) => {
    const kept = (1 - share) * pace.left;
    for (const [i, work] of some.entries()) {
      const begun = pace.now();
      const own = timed((pace.left - kept) / (some.length - i), work.candidate.name);
      try {
        if (work.thrown === null) await job(work, own);
      } catch (thrown) {
        work.thrown = { thrown };
      }
      work.durationMs += pace.now() - begun;
    }
  };
  const comparing = ({ candidate: { evaluation, analytic } }: Work, own: Pace) =>
    comparingWith({ evaluation, analytic, noise, tolerances: options.tolerances, pace: own });
  await each(works, 1, async (work, own) => {
    work.agreement = await agreementOf(comparing(work, own), options.seed, 1);
  });
  const failing = works.filter(({ agreement }) => agreement.failing !== null);
  await each(failing, FOR_SEARCH, async (work, own) => {
    work.compared = await searchWhereWrong(comparing(work, own), work.agreement);
  });
  const open = works
    .filter(({ every, compared }) => every && !compared?.refined.some(({ outcome }) => outcome === "wrong"))
    .sort((a, b) => a.estimateMs - b.estimateMs);
  await each(open, failing.length > 0 ? FOR_ELEMENTS.wrong : FOR_ELEMENTS.right, async (work, own) => {
    const { evaluation, analytic } = work.candidate;
    const isCheap = OVERHEAD * evaluation.costMs <= NOISE_SHARE * own.left;
    const exact = isCheap ? await noiseOf(evaluation, own, options.seed + 1) : noise;
    const elements = await compareElements(evaluation, analytic, exact, options.tolerances, own);
    const { agreeing } = work.agreement;
    work.compared = { ...elements, agreeing, ...(work.compared?.gap ? { gap: work.compared.gap } : {}) };
  });
  return works.map((work): Comparison | Thrown => {
    if (work.thrown !== null) return work.thrown;
    const compared = work.compared ?? onlyDirections(work);
    // Where a direction led to the fault, the elements were not compared one by one.
    const every = work.every && compared.pairs === undefined;
    return { compared, every, noise, durationMs: work.durationMs };
  });
}

function onlyDirections({ candidate, every, agreement: { tried, agreeing, pairs } }: Work): Compared {
  const numeric = new Float64Array(candidate.analytic.length).fill(Number.NaN);
  const alone = { numeric, refined: [], step: 0, agreeing };
  return every ? { ...alone, checked: 0 } : { ...alone, checked: tried, pairs };
}

/** The noise of the tensor on which most depends: no other one's is larger. */
async function sharedNoise(candidates: readonly Candidate[], seed: number, pace: Pace): Promise<number> {
  for (const { evaluation } of candidates.toSorted((a, b) => b.evaluation.costMs - a.evaluation.costMs)) {
    try {
      return await noiseOf(evaluation, pace, seed + 1);
    } catch {
      // The next one may be evaluated; this one says what it threw when its turn comes.
    }
  }
  return 0;
}
