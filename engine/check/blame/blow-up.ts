/** Where numbers stop being finite: in the backward pass, or in the forward pass beside the recorded point. */
import { sizeOf } from "../../core/shape";
import type { Tensor } from "../../core/tensor";
import { changesOf, type Downstream } from "../differences/batch";
import { oneByOne } from "../differences/one-by-one";
import { inFloat64 } from "../differences/replay";
import { isCut, type ReplayStep } from "../differences/replay-step";
import type { Variants } from "../differences/variants";
import { scaleOf } from "../judging/judge";

/** The operation nearest to the loss whose backward rule makes the gradient non-finite; null when there is none. */
export function findBlowUp({ replay, slot, steps }: Downstream): { step: ReplayStep; input: number } | null {
  const onTheWay = new Set([slot, ...steps.map((step) => (isCut(step) ? step.to : step.out))]);
  const badInput = (step: ReplayStep) => {
    const g = replay.gradients[step.out];
    if (!step.differentiable || !g?.data.every((v) => Number.isFinite(v))) return -1;
    return step.inputs.findIndex((input, i) => {
      const rule = onTheWay.has(input) ? step.node.op.vjp(i, step.node) : null;
      return rule !== null && inFloat64(() => rule(g, step.node).data.some((v) => !Number.isFinite(v)));
    });
  };
  for (const step of steps.toReversed()) {
    const input = isCut(step) ? -1 : badInput(step);
    if (input >= 0 && !isCut(step)) return { step, input };
  }
  return null;
}

/** Distances to the recorded point, relative to the size of the element. */
const BESIDE = [1e-6, -1e-6, 1e-3, -1e-3];

/** The first operation that gives something else than finite numbers when the element moves a little; else null. */
export function findForwardBlowUp(
  { steps, slot, x }: Downstream,
  index: readonly number[],
): ReplayStep | null {
  const i = index.reduce((flat, n, d) => flat + n * sizeOf(x.shape.slice(d + 1)), 0);
  for (const distance of BESIDE) {
    const data = Float64Array.from(x.data);
    data[i] = (data[i] as number) + distance * scaleOf(x)(i);
    const states = new Map<number, Variants>([[slot, { kind: "dense", data }]]);
    const found = inFloat64(() => firstNonFinite(steps, states));
    if (found !== null) return found;
  }
  return null;
}

function firstNonFinite(steps: Downstream["steps"], states: Map<number, Variants>): ReplayStep | null {
  for (const step of steps) {
    if (isCut(step)) {
      states.set(step.to, states.get(step.from) as Variants);
      continue;
    }
    const out = oneByOne(step, changesOf(step, states), 1);
    if (blowsUp(step.node.out, out.data)) return step;
    states.set(step.out, out);
  }
  return null;
}

/** Masks of −∞ are there before; what was finite and is no longer counts. */
function blowsUp(before: Tensor, after: ArrayLike<number>): boolean {
  return before.data.some((v, i) => Number.isFinite(v) && !Number.isFinite(after[i]));
}
