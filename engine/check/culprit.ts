/** Finds the operation whose derivative makes a gradient wrong: each on the way is tried by itself. */
import type { Downstream } from "./batch";
import { findMisbehaviour } from "./behaviour";
import { findForgetful } from "./forgetful";
import { checkOperation, type Fault } from "./operation";
import type { Pace } from "./pace";
import { isCut, type Step } from "./replay";

/** The first fault on the way back from the loss, or null. */
export async function findCulprit({ replay, slot, steps }: Downstream, pace: Pace): Promise<Fault | null> {
  const { broken } = replay;
  const changed = new Set([slot, ...steps.map((step) => (isCut(step) ? step.to : step.out))]);
  if (broken !== null && steps.includes(broken.step) && changed.has(broken.step.inputs[broken.input] ?? -1)) {
    const size = broken.step.node.inputs[broken.input]?.size ?? 0;
    const pattern = { name: "shape" as const, sentence: `its backward rule ${broken.problem}` };
    return {
      step: broken.step,
      input: broken.input,
      pattern,
      forwardMode: "none",
      wrong: size,
      elements: size,
    };
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
      if (fault !== null) return { ...fault, pattern: findMisbehaviour(step, input) ?? fault.pattern };
    }
  }
  return operations.map((step) => findForgetful(step, changed)).find((fault) => fault !== null) ?? null;
}
