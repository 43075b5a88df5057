/** The gradient check: finite differences in float64 against the gradients of the backward pass. */

import { now } from "../core/clock";
import { isModelError, ModelError } from "../core/error";
import { showShape } from "../core/shape";
import type { Tensor } from "../core/tensor";
import type { Check, CheckMethod } from "../report/report";
import { verdicts } from "../report/verdicts";
import type { Run, SourceLayerSite } from "../tracing/run";
import type { PlanOptions } from "./differences/candidate";
import { type Detail, withoutDetail } from "./differences/detail";
import { Pace } from "./differences/pace";
import { type Replay, replay } from "./differences/replay";
import { findUnstable } from "./differences/unstable";
import { checkAllHandWritten } from "./hand-written/all";
import { isOnTheWay } from "./hand-written/by-hand";
import { findHandWritten } from "./hand-written/find";
import { allow } from "./judging/intent";
import { type Explain, explainPlainly, orNotChecked } from "./judging/not-checked";
import { lookOutside } from "./judging/outside";
import { aboutOf, checkSubjects, type SubjectOptions } from "./judging/subjects";
import { findSubjects, fullName, type Subject, type Target } from "./judging/target";
import type { Undecided } from "./judging/verdict";

export { isFine } from "../report/checks";
export type { Detail } from "./differences/detail";
export type { Target } from "./judging/target";

export interface CheckOptions {
  readonly onProgress?: (message: string, fraction: number) => void;
  /** Asked every few milliseconds, after a turn of the event loop, so that a request to stop can arrive. */
  readonly isCancelled?: () => boolean;
  /** Milliseconds that the check may take; what was not compared by then is said. Without a limit when left out. */
  readonly budgetMs?: number;
  /** Milliseconds since some moment; for tests. */
  readonly clock?: () => number;
  /** Parameters with more elements are checked in random directions. Default 20,000. */
  readonly limit?: number;
  /** Relative and absolute differences that are accepted besides the measured error of the differences. */
  readonly rtol?: number;
  readonly atol?: number;
  readonly seed?: number;
  /** How every element is looked at first; those in doubt are always refined by Richardson extrapolation. */
  readonly method?: CheckMethod;
  /** Says what an exception of the model was and where, when a check called it. */
  readonly explain?: Explain;
  /** Gets the numbers of every element behind each check. */
  readonly keep?: (check: Check, detail: Detail) => void;
}

/**
 * Checks the gradient of every parameter of the target, and hand-written backward passes in it. When cancelled, what
 * was checked by then is returned.
 * @throws ModelError when the target has nothing to check, saying what could be checked
 */
export async function checkGradients(run: Run, target: Target, options: CheckOptions = {}): Promise<Check[]> {
  const found = await checkAll(run, target, options);
  return found.map((check) => withoutDetail(allow(run, check), options.keep));
}

async function checkAll(run: Run, target: Target, options: CheckOptions): Promise<Undecided[]> {
  const byHand = findHandWritten(run).filter(({ source }) => isMeant(source, target));
  const recorded = subjectsOf(run, target, byHand.length > 0);
  const explain = options.explain ?? explainPlainly;
  const settings: PlanOptions = {
    limit: options.limit ?? 20_000,
    tolerances: { rtol: options.rtol ?? 1e-6, atol: options.atol ?? 0, method: options.method },
    seed: options.seed ?? 0,
  };
  const pace = paceOf(options);
  const total = recorded.length + byHand.length;
  const loss = recorded.length > 0 ? scalarLoss(run) : null;
  let again: Replay | null = null;
  const checks = [
    ...(await orNotChecked(recorded.map(aboutOf), explain, async () => {
      if (loss === null) return [];
      again = replay(loss, { clock: () => pace.now(), isOver: () => pace.left <= 0 });
      const share = recorded.length / total;
      const own = pace.part(share * pace.left, undefined, (fraction) => share * fraction);
      return checkRecorded(run, again, recorded, { ...settings, explain }, own);
    })),
  ];
  const asked = byHand.filter((found) => target.kind !== "all" || !isOnTheWay(found, again));
  const { tolerances, limit, seed } = settings;
  const means = { tolerances: { ...tolerances, limit, seed }, explain };
  const done = recorded.length;
  const own = pace.part(pace.left, undefined, (fraction) => (done + byHand.length * fraction) / total);
  checks.push(...(await checkAllHandWritten(run, asked, means, own)));
  return checks;
}

function paceOf({ onProgress, isCancelled, budgetMs = Infinity, clock = now }: CheckOptions): Pace {
  return new Pace({ onProgress, isCancelled, clock, deadline: clock() + budgetMs });
}

/** None for a target that is written by hand, and where only what is written by hand can be checked. */
function subjectsOf(run: Run, target: Target, hasOwn: boolean): readonly Subject[] {
  if (hasOwn && (target.kind !== "all" || run.loss === null)) return [];
  try {
    return findSubjects(run, target);
  } catch (error) {
    if (hasOwn && isModelError(error)) return [];
    throw error;
  }
}

/** Share of the time, at most, and of that of a replay, that is kept for what the recorded operations do not show. */
const OUTSIDE = { share: 0.25, replays: 5 };

async function checkRecorded(
  run: Run,
  again: Replay,
  subjects: readonly Subject[],
  settings: Omit<SubjectOptions, "unstable">,
  pace: Pace,
): Promise<Undecided[]> {
  const begun = pace.now();
  const isOver = () => pace.left <= 0;
  const unstable = findUnstable(again, replay(scalarLoss(run), { gradients: false, isOver }));
  const outside = OUTSIDE.replays * (pace.now() - begun + run.durationMs);
  const own = pace.part(pace.left - Math.min(OUTSIDE.share * pace.left, outside));
  const checks = await checkSubjects(run, again, subjects, { ...settings, unstable }, own);
  if (unstable !== null || pace.isCancelled) return checks;
  if (run.rerun !== undefined && pace.left < outside / 2) return checks.map(withoutRerun);
  const byName = new Map(subjects.map((subject) => [fullName(subject), subject]));
  const known = new Map(checks.map((check) => [check, byName.get(fullName(check)) as Subject]));
  return lookOutside(run, again, known, pace);
}

/** What would be right, if the file had been run again to see whether values leave the recorded operations. */
function withoutRerun(check: Undecided): Undecided {
  if (verdicts[check.verdict].outcome !== "pass") return check;
  const message = `${check.message} There was no time to run the file again, so values that were read with item() may matter unseen.`;
  return { ...check, verdict: "unfinished", message };
}

function scalarLoss({ loss }: Run): Tensor {
  if (loss === null) throw new ModelError("nothing to check: the run computed no loss");
  if (loss.size === 1) return loss;
  throw new ModelError(`the loss has shape ${showShape(loss.shape)}, expected one element`);
}

function isMeant({ name, site, forward, backward }: SourceLayerSite, target: Target): boolean {
  if (target.kind === "all") return true;
  if (target.kind === "path") return target.path === name || target.path.startsWith(`${name}.`);
  return [site, forward, backward].some(
    (each) => each?.file === target.file && each.line <= target.line && target.line <= each.endLine,
  );
}
