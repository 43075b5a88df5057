/** Finds the operation whose derivative makes a gradient wrong: each on the way is tried by itself. */
import type { Downstream } from "./batch";
import { findMisbehaviour } from "./behaviour";
import { findForgetful } from "./forgetful";
import { checkOperation, type Fault } from "./operation";
import type { Pace } from "./pace";
import { isCut, type Step } from "./replay";

/** The first fault on the way back from the loss, and those before it that are meant. */
export interface Found {
  readonly fault: Fault | null;
  readonly meant: readonly Fault[];
}

/** Finds the first fault on the way back from the loss that is not meant. */
export async function findCulprit(
  { replay, slot, steps }: Downstream,
  pace: Pace,
  isMeant: (fault: Fault) => boolean = () => false,
): Promise<Found> {
  const meant: Fault[] = [];
  const { broken } = replay;
  const changed = new Set([slot, ...steps.map((step) => (isCut(step) ? step.to : step.out))]);
  if (broken !== null && steps.includes(broken.step) && changed.has(broken.step.inputs[broken.input] ?? -1)) {
    const size = broken.step.node.inputs[broken.input]?.size ?? 0;
    const pattern = { name: "shape" as const, sentence: `its backward rule ${broken.problem}` };
    const fault: Fault = {
      step: broken.step,
      input: broken.input,
      pattern,
      forwardMode: "none",
      wrong: size,
      elements: size,
    };
    if (!isMeant(fault)) return { fault, meant };
    meant.push(fault);
  }
  const operations = steps.filter((step): step is Step => !isCut(step)).reverse();
  // One call of each line first: the iterations of a loop share their rule, if not their values.
  const tried = new Set<string>();
  const first = operations.filter(({ recorded }) => {
    const key = `${recorded.op.name} ${recorded.out.site}`;
    return !tried.has(key) && tried.add(key);
  });
  const rest = operations.filter((step) => !first.includes(step));
  for (const step of [...first, ...rest]) {
    for (const [input, from] of step.inputs.entries()) {
      if (!changed.has(from) || !(await pace.turn(`trying ${step.node.op.name} by itself`, 0.9))) continue;
      const fault = await checkOperation(step, input);
      if (fault === null) continue;
      const found = { ...fault, pattern: findMisbehaviour(step, input) ?? fault.pattern };
      if (!isMeant(found)) return { fault: found, meant };
      meant.push(found);
    }
  }
  const forgetful = operations.map((step) => findForgetful(step, changed)).filter((fault) => fault !== null);
  meant.push(...forgetful.filter(isMeant));
  return { fault: forgetful.find((fault) => !isMeant(fault)) ?? null, meant };
}
