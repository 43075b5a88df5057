/** The check of one tensor: its gradient against differences, and the verdict with its reason. */
import { now } from "../clock";
import type { Site } from "../report";
import type { Run } from "../run";
import { showShape } from "../shape";
import type { Node } from "../tape";
import type { Tensor } from "../tensor";
import { type Downstream, downstreamOf, everywhere } from "./batch";
import { findBlowUp } from "./blow-up";
import { conclude, type Facts, where } from "./conclude";
import { confirm } from "./confirm";
import { findCulprit } from "./culprit";
import { changesFarAway, findCut, type Leak } from "./cut";
import { compareDirections } from "./directions";
import { compareElements } from "./elements";
import { returnedAt } from "./hand-written/find";
import { advice, adviceForFault } from "./idiom";
import { intentAt } from "./intent";
import type { Tolerances } from "./judge";
import { noiseOf } from "./noise";
import type { Fault } from "./operation";
import type { Pace } from "./pace";
import { type Cut, isCut, type Replay, type Step } from "./replay";
import { findStandstill, findStop, isFlat, reasonOf } from "./standstill";
import type { Subject } from "./target";
import { at, showNumber, type Undecided, worstElement } from "./verdict";

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
  const bad = nonFinite(run, downstream, analytic);
  if (bad !== null) return bad;
  const { unstable } = options;
  if (unstable !== null && downstream.steps.includes(unstable)) return randomFacts(run, unstable);
  const noise = noiseOf(downstream, options.seed + 1);
  const every = analytic.length <= options.limit;
  const first = every
    ? await compareElements(downstream, analytic, noise, options.tolerances, pace)
    : await compareDirections(downstream, analytic, noise, options.tolerances, pace, options.seed);
  if (first.checked === 0) return null;
  const compared = await confirm(downstream, analytic, noise, first, options.tolerances, pace);
  const facts = conclude(downstream, analytic, compared, every);
  const isMeant = (step: Step | Cut) => intentOfCut(run, step) !== null;
  // A gradient of the wrong shape was mended for the comparison; the backward pass would not have got so far.
  if (facts.verdict === "wrong-derivative" || passesBroken(downstream)) {
    const { fault, meant } = await findCulprit(downstream, pace, (each) => intentOf(run, each) !== null);
    const [first] = meant;
    const wrong = { ...facts, verdict: "wrong-derivative" as const };
    if (fault !== null) return { ...wrong, ...blame(run, facts, fault) };
    if (first === undefined) return facts;
    // What is meant at one place hides nothing at another.
    const other = findCut(replay, slot, noise, isMeant);
    if (other !== null && other.meant.length === 0) return { ...facts, ...cutFacts(run, other) };
    const intents = meant.map((each) => intentOf(run, each)).filter((each) => each !== null);
    const more = other === null ? [] : (cutFacts(run, other).intents ?? []);
    return { ...wrong, ...blame(run, facts, first), intents: [...intents, ...more] };
  }
  const leak = findCut(replay, slot, noise, isMeant);
  if (leak !== null) return { ...facts, ...cutFacts(run, leak) };
  return facts.verdict === "vacuous" ? { ...facts, ...explainVacuous(run, replay, slot, facts) } : facts;
}

function randomFacts(run: Run, { recorded }: Step): Facts {
  const { op, out } = recorded;
  const site = run.sources.site(out.site);
  return {
    verdict: "non-deterministic",
    culprit: { op: op.name, site },
    message: `${op.name}${where(site)} gives another result each time it runs on the same inputs, so differences say nothing about the gradient.`,
  };
}

/** True when the gradient comes through a rule that gave none of the right shape. */
function passesBroken({ replay: { broken }, slot, steps }: Downstream): boolean {
  if (broken === null || !steps.includes(broken.step)) return false;
  const from = broken.step.inputs[broken.input];
  return from === slot || steps.some((step) => (isCut(step) ? step.to : step.out) === from);
}

function nonFinite(run: Run, downstream: Downstream, analytic: Float64Array): Facts | null {
  const { replay, x } = downstream;
  const loss = replay.values[replay.loss]?.data[0] as number;
  if (!Number.isFinite(loss)) {
    return { verdict: "non-finite", message: `The loss is ${loss}, so there is no derivative to compare.` };
  }
  const bad = analytic.findIndex((v) => !Number.isFinite(v));
  if (bad < 0) return null;
  const worst = worstElement(bad, analytic[bad] as number, Number.NaN, x.shape, 0);
  const message = `The gradient of element ${at(worst.index)} is ${analytic[bad]}, although the loss is finite`;
  const step = findBlowUp(downstream);
  if (step === null) return { verdict: "non-finite", message: `${message}.`, worst };
  const { op, out } = step.recorded;
  const site = run.sources.site(out.site);
  return {
    verdict: "non-finite",
    message: `${message}: ${op.name}${where(site)} gets a finite gradient and hands back one that is not.`,
    worst,
    culprit: { op: op.name, site },
  };
}

function siteOf(run: Run, { step: { recorded }, input }: Fault): Site | null {
  return backwardOf(run, recorded, input) ?? run.sources.site(recorded.out.site);
}

/** The comment that allows a fault: at its rule, or at the call. */
function intentOf(run: Run, fault: Fault): Site | null {
  return intentAt(run, siteOf(run, fault), run.sources.site(fault.step.recorded.out.site));
}

function blame(run: Run, facts: Facts, fault: Fault): Partial<Facts> {
  const { op } = fault.step.recorded;
  const site = siteOf(run, fault);
  const forward =
    fault.forwardMode === "right"
      ? " Its forward-mode rule agrees with the differences, so the fault is in the backward rule."
      : "";
  const input = fault.step.node.inputs.length > 1 ? ` for input ${fault.input + 1}` : "";
  const culprit = { op: op.name, site, pattern: fault.pattern.name };
  const meant = intentOf(run, fault) === null ? adviceForFault(fault, site) : "";
  return {
    culprit,
    message: `The derivative of ${op.name}${input}${where(site)} is wrong: ${fault.pattern.sentence}.${forward} ${facts.message}${meant}`,
  };
}

/** Where the backward pass of an operation of the model file makes the gradient of an input. */
function backwardOf(run: Run, { op, inputs }: Node, input: number): Site | null {
  if (!("spec" in op)) return null;
  const written = run.sources
    .handWritten?.()
    .filter(({ kind, name }) => kind === "customOp" && name === op.name);
  const [source] = written ?? [];
  return source && written?.length === 1 ? returnedAt(source, input, inputs.length) : null;
}

/** The comment that allows a cut. */
function intentOfCut(run: Run, step: Step | Cut): Site | null {
  return intentAt(run, run.sources.site((isCut(step) ? step.tensor : step.recorded.out).site));
}

function cutFacts(run: Run, { step, withIt, without, meant }: Leak): Facts {
  const tensor = isCut(step) ? step.tensor : step.recorded.out;
  const site = run.sources.site(tensor.site);
  const name = isCut(step) ? "detach" : step.recorded.op.name;
  // What only the gradient knows of is the slope of something flat: rounding, with a slope put in its place.
  const isFlat = Math.abs(withIt) < 1e-6 * Math.abs(without);
  const intents = meant.map((each) => intentOfCut(run, each)).filter((each) => each !== null);
  const said = intents.length > 0 ? "" : advice(site, isFlat ? "a straight-through estimator" : null);
  const how = isCut(step)
    ? `detach()${where(site)} cuts the gradient`
    : `${name}${where(site)} ran without gradients`;
  return {
    verdict: "cut",
    culprit: { op: name, site },
    intents,
    message: `The loss depends on it in a way that carries no gradient: ${how}. Along a random direction the loss changes with slope ${showNumber(withIt)}; the gradient knows of ${showNumber(without)}.${said}`,
  };
}

/** Nothing flows: is it a step function, or is there truly no dependence? */
function explainVacuous(run: Run, replay: Replay, slot: number, facts: Facts): Partial<Facts> {
  const step = findStandstill(downstreamOf(replay, slot)) ?? findStop(downstreamOf(replay, slot, everywhere));
  if (step === null) return {};
  const site = run.sources.site(step.recorded.out.site);
  const culprit = { op: step.recorded.op.name, site };
  const reason = reasonOf(step, where(site));
  if (isFlat(step.node) && changesFarAway(replay, slot)) {
    return {
      verdict: "cut",
      culprit,
      message: `The loss changes with it, but in steps: ${reason} A straight-through estimate, or a smooth function in its place, lets a gradient pass.`,
    };
  }
  return { culprit, message: `${facts.message} ${reason}` };
}
