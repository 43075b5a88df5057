/** The gradient check: finite differences in float64 against the gradients of the backward pass. */

import { ModelError } from "../error";
import type { Check, CheckMethod } from "../report";
import type { Run, SourceLayerSite } from "../run";
import { showShape } from "../shape";
import type { Tensor } from "../tensor";
import { checkByHand, isOnTheWay, type Means } from "./by-hand";
import { type Detail, withoutDetail } from "./detail";
import { findHandWritten } from "./hand-written/find";
import { allow } from "./intent";
import { type About, type Explain, explainPlainly, orNotChecked } from "./not-checked";
import { lookOutside } from "./outside";
import { Pace } from "./pace";
import { type Replay, replay } from "./replay";
import { checkSubject, type SubjectOptions } from "./subject";
import { findSubjects, fullName, type Subject, type Target } from "./target";
import { findUnstable } from "./unstable";
import type { Undecided } from "./verdict";

export type { Detail } from "./detail";
export type { Target } from "./target";
export { isFine } from "./verdict";

export interface CheckOptions {
  readonly onProgress?: (message: string, fraction: number) => void;
  /** Asked every few milliseconds, after a turn of the event loop, so that a request to stop can arrive. */
  readonly isCancelled?: () => boolean;
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
  const tolerances = { rtol: options.rtol ?? 1e-6, atol: options.atol ?? 0, method: options.method };
  const means = { tolerances, explain: options.explain ?? explainPlainly };
  const total = recorded.length + byHand.length;
  const pace = (name: string, done: number) =>
    new Pace({
      onProgress: (message, fraction) =>
        options.onProgress?.(`${name}: ${message}`, (done + fraction) / total),
      isCancelled: options.isCancelled,
    });
  const loss = recorded.length > 0 ? scalarLoss(run) : null;
  let again: Replay | null = null;
  const checks = [
    ...(await orNotChecked(recorded.map(aboutOf), means.explain, async () => {
      if (loss === null) return [];
      again = replay(loss);
      return checkRecorded(run, again, recorded, { options, means, pace });
    })),
  ];
  for (const [i, found] of byHand.entries()) {
    if (options.isCancelled?.()) break;
    if (target.kind === "all" && isOnTheWay(found, again)) continue;
    checks.push(...(await checkByHand(run, found, means, pace(found.source.name, recorded.length + i))));
  }
  return checks;
}

/** None for a target that is written by hand, and where only what is written by hand can be checked. */
function subjectsOf(run: Run, target: Target, hasOwn: boolean): readonly Subject[] {
  if (hasOwn && (target.kind !== "all" || run.loss === null)) return [];
  try {
    return findSubjects(run, target);
  } catch (error) {
    if (hasOwn && error instanceof ModelError) return [];
    throw error;
  }
}

function aboutOf({ target, parameter, site, tensor }: Subject): About {
  return { target, parameter, site, elements: tensor.size };
}

interface Ways {
  readonly options: CheckOptions;
  readonly means: Means;
  pace(name: string, done: number): Pace;
}

async function checkRecorded(
  run: Run,
  again: Replay,
  recorded: readonly Subject[],
  { options, means, pace }: Ways,
): Promise<Undecided[]> {
  const checks: Undecided[] = [];
  const unstable = findUnstable(again, replay(scalarLoss(run)));
  const settings: SubjectOptions = {
    limit: options.limit ?? 20_000,
    tolerances: means.tolerances,
    seed: options.seed ?? 0,
    unstable,
  };
  const subjects = new Map<Undecided, Subject>();
  for (const [i, subject] of recorded.entries()) {
    const name = fullName(subject);
    const found = await orNotChecked([aboutOf(subject)], means.explain, async () => {
      const check = await checkSubject(run, again, subject, settings, pace(name, i));
      return check === null ? [] : [check];
    });
    for (const check of found) subjects.set(check, subject);
    checks.push(...found);
    if (options.isCancelled?.()) return checks;
    options.onProgress?.(name, (i + 1) / recorded.length);
  }
  return unstable === null ? lookOutside(run, again, subjects) : checks;
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
