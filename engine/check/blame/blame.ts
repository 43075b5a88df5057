/** Puts a failure into words: the operation behind it, its line, and what it does. */

import type { Node } from "../../core/tape";
import { showIndex, unravel } from "../../report/element-index";
import type { Site } from "../../report/report";
import type { Run, SourceLayerSite } from "../../tracing/run";
import type { Downstream } from "../differences/batch";
import type { Pace } from "../differences/pace";
import type { ReplayStep } from "../differences/replay-step";
import { returnedSite } from "../hand-written/custom-ops";
import { type CheckFacts, inLine } from "../judging/conclude";
import { adviceForFault } from "../judging/idiom";
import { intentAt } from "../judging/intent";
import { explainSaturated, isSaturated } from "../judging/saturated";
import { worstElement } from "../judging/verdict";
import { findBlowUp, findForwardBlowUp } from "./blow-up";
import { findCulprit, findOutcome } from "./culprit";
import { lineOf } from "./locate/operation";
import type { Fault } from "./operation";

/** A gradient that differs from the differences: by whose fault, when it is one. */
export async function explainWrong(
  run: Run,
  downstream: Downstream,
  facts: CheckFacts,
  pace: Pace,
): Promise<CheckFacts> {
  const isMeant = (each: Fault) => intentOf(run, each) !== null;
  const found = await findCulprit(downstream, pace, (each) => isSaturated(each) || isMeant(each));
  const wrong = { ...facts, verdict: "wrong-derivative" as const };
  if (found.fault !== null) {
    const site = await lineOfFault(run, found.fault, pace);
    return { ...wrong, ...blame(run, facts, found.fault, site) };
  }
  const meant = found.meant.filter(isMeant);
  const [first] = meant;
  if (first !== undefined) {
    const intents = meant.map((each) => intentOf(run, each)).filter((each) => each !== null);
    return { ...wrong, ...blame(run, facts, first, siteOf(run, first)), intents };
  }
  if (facts.verdict !== "wrong-derivative") return facts;
  const [saturated] = found.meant;
  if (saturated !== undefined) return explainSaturated(run, facts, saturated);
  const kink = await findOutcome(downstream, "kink", pace);
  if (kink === "unknown") return facts;
  if (kink !== null) return { ...facts, ...severalKinks(run, facts, kink) };
  if (facts.method !== "every-element") return facts;
  // Right rules make a right gradient: then it is the differences that say nothing.
  return {
    ...facts,
    verdict: "noise-floor",
    message: `The differences do not settle, whatever their step, so they can neither confirm nor refute the gradient. Every operation on the way is right by itself. ${facts.message}`,
  };
}

function severalKinks(run: Run, facts: CheckFacts, { recorded }: ReplayStep): Partial<CheckFacts> {
  const site = run.sources.site(recorded.out.site);
  return {
    verdict: "kink",
    culprit: { op: recorded.op.name, site },
    message: `Several values sit on kinks at once, as in ${recorded.op.name}${inLine(site)}: the backward pass takes a valid slope of each, and their sum need not lie between the slopes of the loss. ${facts.message}`,
  };
}

function siteOf(run: Run, { step: { recorded }, input }: Fault): Site | null {
  return backwardOf(run, recorded, input) ?? run.sources.site(recorded.out.site);
}

/** The comment that allows a fault: at its rule, or at the call. */
function intentOf(run: Run, fault: Fault): Site | null {
  return intentAt(run, siteOf(run, fault), run.sources.site(fault.step.recorded.out.site));
}

/** In the backward pass of an operation of the model file the very line that is wrong, where that shows. */
async function lineOfFault(run: Run, fault: Fault, pace: Pace): Promise<Site | null> {
  const byText = siteOf(run, fault);
  const source = sourceOf(run, fault.step.recorded);
  return source ? lineOf(run, source, fault.step, byText, pace) : byText;
}

function blame(run: Run, facts: CheckFacts, fault: Fault, site: Site | null): Partial<CheckFacts> {
  const { op } = fault.step.recorded;
  const forward =
    fault.forwardMode === "right"
      ? " Its forward-mode rule agrees with the differences, so the fault is in the backward rule."
      : "";
  const input = fault.step.node.inputs.length > 1 ? ` for input ${fault.input + 1}` : "";
  const culprit = { op: op.name, site, pattern: fault.pattern.name };
  const meant = intentOf(run, fault) === null ? adviceForFault(fault, site) : "";
  return {
    culprit,
    message: `The derivative of ${op.name}${input}${inLine(site)} is wrong: ${fault.pattern.sentence}.${forward} ${facts.message}${meant}`,
  };
}

/** Where the backward pass of an operation of the model file makes the gradient of an input. */
function backwardOf(run: Run, node: Node, input: number): Site | null {
  const source = sourceOf(run, node);
  return source && returnedSite(source, input, node.inputs.length);
}

/** The text of an operation of the model file; null for others, and where several have its name. */
function sourceOf(run: Run, { op }: Node): SourceLayerSite | null {
  if (!("spec" in op)) return null;
  const written = run.sources
    .handWritten?.()
    .filter(({ kind, name }) => kind === "customOp" && name === op.name);
  const [source] = written ?? [];
  return source && written?.length === 1 ? source : null;
}

/** A loss or a gradient that is no finite number, before any differences are taken; else null. */
export function explainNonFiniteGradient(
  run: Run,
  downstream: Downstream,
  analytic: Float64Array,
): CheckFacts | null {
  const { replay, x } = downstream;
  const loss = replay.values[replay.loss]?.data[0] as number;
  if (!Number.isFinite(loss)) {
    return { verdict: "non-finite", message: `The loss is ${loss}, so there is no derivative to compare.` };
  }
  const bad = analytic.findIndex((v) => !Number.isFinite(v));
  if (bad < 0) return null;
  const worst = worstElement(bad, analytic[bad] as number, Number.NaN, x.shape, 0);
  const message = `The gradient of element ${showIndex(unravel(bad, x.shape))} is ${analytic[bad]}, although the loss is finite`;
  const found = findBlowUp(downstream);
  if (found === null) return { verdict: "non-finite", message: `${message}.`, worst };
  const { op, out } = found.step.recorded;
  const site = backwardOf(run, found.step.recorded, found.input) ?? run.sources.site(out.site);
  return {
    verdict: "non-finite",
    message: `${message}: ${op.name}${inLine(site)} gets a finite gradient and hands back one that is not.`,
    worst,
    culprit: { op: op.name, site },
  };
}

/** Differences that are no finite numbers: the operation that blows up beside the recorded point. */
export async function explainNonFinite(
  run: Run,
  downstream: Downstream,
  facts: CheckFacts,
  pace: Pace,
): Promise<CheckFacts> {
  const step =
    findForwardBlowUp(downstream, facts.worst?.index ?? []) ??
    (await findOutcome(downstream, "non-finite", pace));
  if (step === null || step === "unknown") return facts;
  const { op, out } = step.recorded;
  const site = run.sources.site(out.site);
  return {
    ...facts,
    culprit: { op: op.name, site },
    message: `${facts.message} It comes from ${op.name}${inLine(site)}.`,
  };
}
