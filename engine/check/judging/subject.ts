/** The check of one tensor: its gradient against differences, and the verdict with its reason. */

import { showShape } from "../../core/shape";
import type { Tensor } from "../../core/tensor";
import { verdicts } from "../../report/verdicts";
import type { Run } from "../../tracing/run";
import { explainNonFinite, explainNonFiniteGradient, explainWrong } from "../blame/blame";
import { type Downstream, downstreamOf } from "../differences/batch";
import type { CandidateResult } from "../differences/candidate";
import type { Pace } from "../differences/pace";
import type { Replay } from "../differences/replay";
import { isCut, type ReplayStep } from "../differences/replay-step";
import { type CheckFacts, conclude } from "./conclude";
import { confirm } from "./confirm";
import { takesLonger } from "./cut";
import type { Tolerances } from "./judge";
import { explainAgreement, explainRandom, withCut } from "./reason";
import type { Subject } from "./target";

/** A subject that is ready to be compared. */
export interface PreparedSubject {
  readonly subject: Subject;
  readonly downstream: Downstream;
  readonly analytic: Float64Array;
}

/** What the replay tells of a subject without any difference: its facts where that decides; else it is ready to be compared. */
export function prepareSubject(
  run: Run,
  replay: Replay,
  subject: Subject,
  unstable: ReplayStep | null,
): CheckFacts | PreparedSubject {
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
  const analytic = g?.data instanceof Float64Array ? g.data : new Float64Array(x.size);
  const downstream = downstreamOf(replay, slot);
  const bad = explainNonFiniteGradient(run, downstream, analytic);
  if (bad !== null) return bad;
  if (unstable !== null && downstream.steps.includes(unstable)) return explainRandom(run, unstable);
  return { subject, downstream, analytic };
}

/** The verdict on a subject that was compared, and its reason. */
export async function judgeSubject(
  run: Run,
  { subject, downstream, analytic }: PreparedSubject,
  { compared: first, noise, every }: CandidateResult,
  tolerances: Tolerances,
  pace: Pace,
): Promise<CheckFacts> {
  const compared = await confirm(downstream, analytic, noise, first, tolerances, pace);
  const facts = conclude(downstream, analytic, compared, every);
  const { replay, slot } = downstream;
  // A gradient of the wrong shape was mended for the comparison; the backward pass would not have got so far.
  if (facts.verdict === "wrong-derivative" || passesBroken(downstream)) {
    const wrong = await explainWrong(run, downstream, facts, pace);
    return wrong.intents?.length ? withCut(run, replay, subject, wrong, noise) : wrong;
  }
  if (facts.verdict === "non-finite") return explainNonFinite(run, downstream, facts, pace);
  if (takesLonger(replay, slot, pace.left))
    return verdicts[facts.verdict].outcome === "pass" ? { ...facts, ...cutUnknown } : facts;
  return explainAgreement(run, replay, subject, facts, noise);
}

const cutUnknown: CheckFacts = {
  verdict: "unfinished",
  message:
    "The gradient agrees with differences of what it passes; the time was over before what cuts it on another way was looked at.",
};

/** True when the gradient comes through a rule that gave none of the right shape. */
function passesBroken({ replay: { broken }, slot, steps }: Downstream): boolean {
  if (broken === null || !steps.includes(broken.step)) return false;
  const from = broken.step.inputs[broken.input];
  return from === slot || steps.some((step) => (isCut(step) ? step.to : step.out) === from);
}
