/** Finds the operation whose derivative makes a gradient wrong: each on the way is tried by itself. */
import { allOps } from "../../core/op";
import type { Tensor } from "../../core/tensor";
import type { Downstream } from "../differences/batch";
import type { Pace } from "../differences/pace";
import { isCut, type ReplayStep } from "../differences/replay-step";
import type { Judgement } from "../judging/judge";
import { findMisbehaviour } from "./behaviour";
import { findForgetful } from "./forgetful";
import { checkOperation, type Fault } from "./operation";

/** The first fault on the way back from the loss, and those before it that are meant. */
export interface FoundFaults {
  readonly fault: Fault | null;
  readonly meant: readonly Fault[];
}

/** Finds the first fault on the way back from the loss that is not meant. */
export async function findCulprit(
  downstream: Downstream,
  pace: Pace,
  isMeant: (fault: Fault) => boolean = () => false,
): Promise<FoundFaults> {
  const meant: Fault[] = [];
  for await (const fault of faultsOf(downstream, pace)) {
    if (!isMeant(fault)) return { fault, meant };
    meant.push(fault);
  }
  return { fault: null, meant };
}

/** Every fault on the way, the surest kind first. */
async function* faultsOf(downstream: Downstream, pace: Pace): AsyncGenerator<Fault> {
  const broken = brokenRule(downstream);
  if (broken !== null) yield broken;
  const known = new Set<ReplayStep>();
  const doubtful: Fault[] = [];
  for await (const { step, input, tried } of tryAll(downstream, pace)) {
    if (tried.fault === null) continue;
    known.add(step);
    const fault = { ...tried.fault, pattern: findMisbehaviour(step, input) ?? tried.fault.pattern };
    // At a jump the weights of the trial, of both signs, can make a right choice look wrong: what is wrong elsewhere goes first.
    if (fault.atJumps) doubtful.push(fault);
    else yield fault;
  }
  yield* doubtful;
  const changed = slotsOf(downstream);
  const operations = operationsOf(downstream).filter((step) => !known.has(step));
  for (const step of operations) {
    const misfit = misbehaving(step, changed, downstream.replay.gradients[step.out] ?? null);
    if (misfit !== null) yield misfit;
  }
  for (const step of operations) {
    const forgetful = findForgetful(step, changed);
    if (forgetful !== null) yield forgetful;
  }
}

/** A rule that is right for small gradients and wrong for the one that arrives, as when it clips. */
function misbehaving(step: ReplayStep, changed: ReadonlySet<number>, g: Tensor | null): Fault | null {
  for (const [input, from] of step.inputs.entries()) {
    const pattern = changed.has(from) && g !== null ? findMisbehaviour(step, input, g) : null;
    const size = step.node.inputs[input]?.size ?? 0;
    const fault = { step, input, forwardMode: "none" as const, wrong: size, atJumps: false, elements: size };
    if (pattern !== null) return { ...fault, pattern };
  }
  return null;
}

/**
 * The operation nearest to the loss of which an element, by itself, comes out like this. Null when there is none;
 * "unknown" when the search was stopped.
 */
export async function findOutcome(
  downstream: Downstream,
  outcome: Judgement,
  pace: Pace,
): Promise<ReplayStep | null | "unknown"> {
  for await (const { step, tried } of tryAll(downstream, pace)) if (tried.outcomes.has(outcome)) return step;
  return (await pace.turn()) ? null : "unknown";
}

/** Every rule on the way, by itself, until the caller has seen enough. */
async function* tryAll(downstream: Downstream, pace: Pace) {
  const changed = slotsOf(downstream);
  for (const step of operationsOf(downstream)) {
    for (const [input, from] of step.inputs.entries()) {
      if (!changed.has(from)) continue;
      if (!(await pace.turn(`trying ${step.node.op.name} by itself`, 0.9))) return;
      yield { step, input, tried: await checkOperation(step, input, pace) };
    }
  }
}

/** The operations on the way, the last one first; one call of each line before the others: iterations share their rule. */
function operationsOf({ steps }: Downstream): ReplayStep[] {
  const operations = steps.filter((step): step is ReplayStep => !isCut(step)).reverse();
  const tried = new Set<string>();
  const first = operations.filter(({ recorded }) => {
    const key = `${recorded.op.name} ${recorded.out.site}`;
    return !tried.has(key) && tried.add(key);
  });
  // The engine's own rules are tried last: those that somebody wrote by hand are wrong more often.
  const isOurs = ({ node }: ReplayStep) => (allOps().get(node.op.name) === node.op ? 1 : 0);
  return [...new Set([...first, ...operations])].sort((a, b) => isOurs(a) - isOurs(b));
}

function slotsOf({ slot, steps }: Downstream): Set<number> {
  return new Set([slot, ...steps.map((step) => (isCut(step) ? step.to : step.out))]);
}

/** The rule on the way that gave no gradient of the right shape. */
function brokenRule(downstream: Downstream): Fault | null {
  const { broken } = downstream.replay;
  if (broken === null || !downstream.steps.includes(broken.step)) return null;
  if (!slotsOf(downstream).has(broken.step.inputs[broken.input] ?? -1)) return null;
  const size = broken.step.node.inputs[broken.input]?.size ?? 0;
  return {
    step: broken.step,
    input: broken.input,
    pattern: { name: "shape", sentence: `its backward rule ${broken.problem}` },
    forwardMode: "none",
    wrong: size,
    atJumps: false,
    elements: size,
  };
}
