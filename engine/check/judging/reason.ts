/** Puts into words why no gradient, or not all of it, arrives: cuts, steps, chance. */

import { showPair } from "../../core/number-text";
import { quietedAt } from "../../core/record-operation";
import { detached, type Tensor } from "../../core/tensor";
import type { Site } from "../../report/report";
import type { Run } from "../../tracing/run";
import { downstreamOf, everywhere } from "../differences/batch";
import type { Replay } from "../differences/replay";
import { type Cut, isCut, type ReplayStep } from "../differences/replay-step";
import { type CheckFacts, inLine } from "./conclude";
import { changesFarAway, findCut, type Leak } from "./cut";
import { advice } from "./idiom";
import { intentAt } from "./intent";
import { findStandstill, findStop, isFlat, whyFlat } from "./standstill";
import type { Subject } from "./target";

export function explainRandom(run: Run, { recorded }: ReplayStep): CheckFacts {
  const { op, out } = recorded;
  const site = run.sources.site(out.site);
  return {
    verdict: "non-deterministic",
    culprit: { op: op.name, site },
    message: `${op.name}${inLine(site)} gives another result each time it runs on the same inputs, so differences say nothing about the gradient.`,
  };
}

/** A gradient that agrees with the differences, once more: does the loss depend in ways that carry none? */
export function explainAgreement(
  run: Run,
  replay: Replay,
  { tensor }: Subject,
  facts: CheckFacts,
  noise: number,
): CheckFacts {
  const slot = replay.slotOf(tensor) as number;
  // A detached tensor that takes a gradient is data, moved along its gradient: nobody wants more of it than what is recorded.
  const isData = detached.has(tensor);
  const leak = isData ? null : findCut(replay, slot, noise, (step) => intentOfCut(run, step) !== null);
  if (leak !== null) return { ...facts, ...cutFacts(run, leak) };
  return facts.verdict === "vacuous"
    ? { ...facts, ...explainVacuous(run, replay, slot, facts, isData) }
    : facts;
}

/** A fault that is meant hides no cut that is not; cuts that are meant as well are told with it. */
export function withCut(
  run: Run,
  replay: Replay,
  { tensor }: Subject,
  facts: CheckFacts,
  noise: number,
): CheckFacts {
  const slot = replay.slotOf(tensor) as number;
  const other = findCut(replay, slot, noise, (step) => intentOfCut(run, step) !== null);
  if (other === null) return facts;
  const cut = cutFacts(run, other);
  if (other.meant.length === 0) return { ...facts, ...cut };
  return { ...facts, intents: [...(facts.intents ?? []), ...(cut.intents ?? [])] };
}

/** The comment that allows a cut: at its line, or at the call of noGrad around it. */
function intentOfCut(run: Run, step: ReplayStep | Cut): Site | null {
  const tensor = isCut(step) ? step.tensor : step.recorded.out;
  return intentAt(run, run.sources.site(tensor.site), quietSiteOf(run, tensor));
}

function quietSiteOf({ sources }: Run, tensor: Tensor): Site | null {
  const quiet = quietedAt.get(tensor);
  return quiet === undefined ? null : sources.site(quiet);
}

function cutFacts(run: Run, { step, withIt, without, meant }: Leak): CheckFacts {
  const tensor = isCut(step) ? step.tensor : step.recorded.out;
  const site = run.sources.site(tensor.site);
  const name = isCut(step) ? "detach" : step.recorded.op.name;
  const quiet = quietSiteOf(run, tensor);
  const around = quiet && quiet.line !== site?.line ? `, under noGrad()${inLine(quiet)}` : "";
  const how = isCut(step)
    ? `detach()${inLine(site)} cuts the gradient`
    : `${name}${inLine(site)} ran without gradients${around}`;
  // What only the gradient knows of is the slope of something flat: rounding, with a slope put in its place.
  const isFlat = Math.abs(withIt) < 1e-6 * Math.abs(without);
  const intents = meant.map((each) => intentOfCut(run, each)).filter((each) => each !== null);
  const said = intents.length > 0 ? "" : advice(site, isFlat ? "a straight-through estimator" : null);
  const [real, known] = showPair(withIt, without);
  return {
    verdict: "cut",
    culprit: { op: name, site },
    intents,
    // What was compared is the way that has a gradient; no element of it is at fault.
    worst: null,
    message: `The loss depends on it in a way that carries no gradient: ${how}. Along a random direction the loss changes with slope ${real}; the gradient knows of ${known}.${said}`,
  };
}

/** Nothing flows: is it a step function, or is there truly no dependence? */
function explainVacuous(
  run: Run,
  replay: Replay,
  slot: number,
  facts: CheckFacts,
  isData: boolean,
): Partial<CheckFacts> {
  const step = findStandstill(downstreamOf(replay, slot)) ?? findStop(downstreamOf(replay, slot, everywhere));
  if (step === null) return {};
  const site = run.sources.site(step.recorded.out.site);
  const culprit = { op: step.recorded.op.name, site };
  const { name } = step.recorded.op;
  const isLeft = !step.differentiable && !isFlat(step.node);
  const reason = isLeft ? `${name}${inLine(site)} ran without gradients.` : whyFlat(step, inLine(site));
  if (!isFlat(step.node)) return { culprit, message: `${facts.message} ${reason}` };
  if (step.recorded.isDerivative) {
    const message = `Nothing flows: it appears in a gradient that the loss contains, and that gradient stays the same when it moves a little. ${reason}`;
    return { culprit, message };
  }
  if (isData || !changesFarAway(replay, slot)) return { culprit, message: `${facts.message} ${reason}` };
  return {
    verdict: "cut",
    culprit,
    message: `The loss changes with it, but in steps: ${reason} A straight-through estimate, or a smooth function in its place, lets a gradient pass.`,
  };
}
