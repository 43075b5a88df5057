/** The gradient check: finite differences in float64 against the gradients of the backward pass. */

import { ModelError } from "../error";
import type { Check } from "../report";
import type { Run } from "../run";
import { Pace } from "./pace";
import { replay } from "./replay";
import { checkSubject, type SubjectOptions } from "./subject";
import { findSubjects, fullName, type Target } from "./target";

export type { Target } from "./target";
export { isFailure } from "./verdict";

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
}

/**
 * Checks the gradient of every parameter of the target. When cancelled, what was checked by then is returned.
 * @throws ModelError when the run has no loss or the target nothing to check
 */
export async function checkGradients(run: Run, target: Target, options: CheckOptions = {}): Promise<Check[]> {
  const subjects = findSubjects(run, target);
  if (run.loss === null) throw new ModelError("nothing to check: the run computed no loss");
  if (run.loss.size !== 1) {
    throw new ModelError(`the loss has shape [${run.loss.shape.join(", ")}], expected one element`);
  }
  const again = replay(run.loss);
  const settings: SubjectOptions = {
    limit: options.limit ?? 20_000,
    tolerances: { rtol: options.rtol ?? 1e-6, atol: options.atol ?? 0 },
    seed: options.seed ?? 0,
  };
  const checks: Check[] = [];
  for (const [i, subject] of subjects.entries()) {
    const pace = new Pace({
      onProgress: (message, fraction) =>
        options.onProgress?.(`${fullName(subject)}: ${message}`, (i + fraction) / subjects.length),
      isCancelled: options.isCancelled,
    });
    const check = await checkSubject(run, again, subject, settings, pace);
    if (check !== null) checks.push(check);
    if (options.isCancelled?.()) break;
    options.onProgress?.(fullName(subject), (i + 1) / subjects.length);
  }
  return checks;
}
