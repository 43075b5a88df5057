/** Where a gradient stops being finite: the operation that gets numbers and hands back NaN or infinity. */
import type { Downstream } from "./batch";
import { inFloat64, isCut, type Step } from "./replay";

/** The operation nearest to the loss whose backward rule makes the gradient non-finite; null when there is none. */
export function findBlowUp({ replay, slot, steps }: Downstream): Step | null {
  const onTheWay = new Set([slot, ...steps.map((step) => (isCut(step) ? step.to : step.out))]);
  const isBad = (step: Step) => {
    const g = replay.gradients[step.out];
    if (!step.differentiable || !g?.data.every((v) => Number.isFinite(v))) return false;
    return step.inputs.some((input, i) => {
      const rule = onTheWay.has(input) ? step.node.op.vjp(i, step.node) : null;
      return rule !== null && inFloat64(() => rule(g, step.node).data.some((v) => !Number.isFinite(v)));
    });
  };
  return steps.findLast((step): step is Step => !isCut(step) && isBad(step)) ?? null;
}
