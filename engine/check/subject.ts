/** The check of one tensor: its gradient against differences, and the verdict with its reason. */
import { now } from "../clock";
import type { Run } from "../run";
import { showShape } from "../shape";
import type { Tensor } from "../tensor";
import { type Downstream, downstreamOf } from "./batch";
import { explainNonFinite, explainNonFiniteGradient, explainWrong } from "./blame";
import { conclude, type Facts } from "./conclude";
import { confirm } from "./confirm";
import { compareDirections } from "./directions";
import { compareElements } from "./elements";
import type { Tolerances } from "./judge";
import { noiseOf } from "./noise";
import type { Pace } from "./pace";
import { explainAgreement, explainRandom, withCut } from "./reason";
import { isCut, type Replay, type Step } from "./replay";
import type { Subject } from "./target";
import type { Undecided } from "./verdict";

export interface SubjectOptions {
  readonly limit: number;
  readonly tolerances: Tolerances;
  readonly seed: number;
  /** An operation that gives another result each time it runs. */
  readonly unstable: Step | null;
}

/** Null when nothing was checked before the check was cancelled. */
export async function checkSubject(
  run: Run,
  replay: Replay,
  subject: Subject,
  options: SubjectOptions,
  pace: Pace,
): Promise<Undecided | null> {
  const start = now();
  const facts = await factsOf(run, replay, subject, options, pace);
  if (facts === null) return null;
  return {
    target: subject.target,
    parameter: subject.parameter,
    site: subject.site,
    elements: subject.tensor.size,
    checked: 0,
    method: "every-element",
    worst: null,
    culprit: null,
    step: 0,
    ...facts,
    durationMs: now() - start,
  };
}

async function factsOf(
  run: Run,
  replay: Replay,
  subject: Subject,
  options: SubjectOptions,
  pace: Pace,
): Promise<Facts | null> {
  const slot = replay.slotOf(subject.tensor);
  if (slot === undefined) {
    return {
      verdict: "vacuous",
      message:
        "Nothing flows: the loss does not depend on it, no recorded operation leads from it to the loss.",
    };
  }
  const x = replay.values[slot] as Tensor;
  const g = replay.gradients[slot];
  if (g && g.size !== x.size) {
    return {
      verdict: "wrong-derivative",
      message: `The gradient has shape ${showShape(g.shape)}, expected ${showShape(x.shape)}.`,
    };
  }
  const analytic = g ? Float64Array.from(g.data) : new Float64Array(x.size);
  const downstream = downstreamOf(replay, slot);
  const bad = explainNonFiniteGradient(run, downstream, analytic);
  if (bad !== null) return bad;
  const { unstable } = options;
  if (unstable !== null && downstream.steps.includes(unstable)) return explainRandom(run, unstable);
  const noise = noiseOf(downstream, options.seed + 1);
  const every = analytic.length <= options.limit;
  const first = every
    ? await compareElements(downstream, analytic, noise, options.tolerances, pace)
    : await compareDirections(downstream, analytic, noise, options.tolerances, pace, options.seed);
  if (first.checked === 0) return null;
  const compared = await confirm(downstream, analytic, noise, first, options.tolerances, pace);
  const facts = conclude(downstream, analytic, compared, every);
  // A gradient of the wrong shape was mended for the comparison; the backward pass would not have got so far.
  if (facts.verdict === "wrong-derivative" || passesBroken(downstream)) {
    const wrong = await explainWrong(run, downstream, facts, pace);
    return wrong.intents?.length ? withCut(run, replay, subject, wrong, noise) : wrong;
  }
  if (facts.verdict === "non-finite") return explainNonFinite(run, downstream, facts, pace);
  return explainAgreement(run, replay, subject, facts, noise);
}

/** True when the gradient comes through a rule that gave none of the right shape. */
function passesBroken({ replay: { broken }, slot, steps }: Downstream): boolean {
  if (broken === null || !steps.includes(broken.step)) return false;
  const from = broken.step.inputs[broken.input];
  return from === slot || steps.some((step) => (isCut(step) ? step.to : step.out) === from);
}
