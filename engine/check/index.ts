/** The gradient check: finite differences in float64 against the gradients of the backward pass. */

import { ModelError } from "../error";
import type { Check, CheckMethod } from "../report";
import type { Run, SourceLayerSite } from "../run";
import { showShape } from "../shape";
import type { Tensor } from "../tensor";
import { checkCalls } from "./calls";
import { type Detail, withoutDetail } from "./detail";
import { type Escape, explainEscape, findEscapes } from "./escape";
import { checkHandWritten } from "./hand-written";
import { findHandWritten } from "./hand-written/find";
import { Pace } from "./pace";
import { replay } from "./replay";
import { checkSubject, type SubjectOptions } from "./subject";
import { findSubjects, fullName, type Target } from "./target";
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
  return found.map((check) => withoutDetail(check, options.keep));
}

async function checkAll(run: Run, target: Target, options: CheckOptions): Promise<Undecided[]> {
  const byHand = findHandWritten(run).filter(({ source }) => isMeant(source, target));
  const tolerances = { rtol: options.rtol ?? 1e-6, atol: options.atol ?? 0, method: options.method };
  const hasOwn = byHand.length > 0 && (target.kind !== "all" || run.loss === null);
  const recorded = hasOwn ? [] : findSubjects(run, target);
  const total = recorded.length + byHand.length;
  const pace = (name: string, done: number) =>
    new Pace({
      onProgress: (message, fraction) =>
        options.onProgress?.(`${name}: ${message}`, (done + fraction) / total),
      isCancelled: options.isCancelled,
    });
  const checks: Undecided[] = [];
  if (recorded.length > 0) {
    const again = replay(scalarLoss(run));
    const unstable = findUnstable(again, replay(scalarLoss(run)));
    const settings: SubjectOptions = {
      limit: options.limit ?? 20_000,
      tolerances,
      seed: options.seed ?? 0,
      unstable,
    };
    for (const [i, subject] of recorded.entries()) {
      const name = fullName(subject);
      const check = await checkSubject(run, again, subject, settings, pace(name, i));
      if (check !== null) checks.push(check);
      if (options.isCancelled?.()) return checks;
      options.onProgress?.(name, (i + 1) / total);
    }
    const escapes = unstable === null ? await findEscapes(run, recorded) : new Map<Tensor, Escape>();
    checks.forEach((check, i) => {
      const found = escapes.get(recorded[i]?.tensor as Tensor);
      if (found !== undefined && check.verdict !== "wrong-derivative")
        checks[i] = { ...check, ...explainEscape(found) };
    });
  }
  for (const [i, found] of byHand.entries()) {
    if ("problem" in found) {
      const alone = hasOwn && byHand.length === 1;
      if (alone) throw new ModelError(`nothing to check at ${found.source.name}: ${found.problem}`);
    } else if ("layer" in found) {
      checks.push(
        ...(await checkHandWritten(found.layer, tolerances, pace(found.source.name, recorded.length + i))),
      );
    } else if (target.kind !== "all" || run.loss === null) {
      checks.push(...(await checkCalls(run, found.source, tolerances, pace(found.operation, i))));
    }
    if (options.isCancelled?.()) break;
  }
  return checks;
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
