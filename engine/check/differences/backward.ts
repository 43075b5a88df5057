/** The backward pass over a replay, as the engine does it, noting rules that fail instead of failing with them. */

import { sameShape, showShape } from "../../core/shape";
import { Tensor } from "../../core/tensor";
import { add } from "../../ops/arithmetic";
import { sumTo } from "../../ops/broadcast";
import { type Cut, isCut, type ReplayStep } from "./replay-step";

/** A backward rule that gave no usable gradient. */
export interface Broken {
  readonly step: ReplayStep;
  readonly input: number;
  /** What it did: "returned a gradient of shape [4, 3] for an input of shape [3]". */
  readonly problem: string;
}

export interface Backward {
  /** By slot; null where no gradient arrives. */
  readonly gradients: readonly (Tensor | null)[];
  readonly broken: Broken | null;
}

/**
 * Gradients of the loss for all slots. To be called with nothing recorded.
 * @param goOn called before each step; it may throw to end the work
 */
export function backwardOver(
  values: readonly Tensor[],
  steps: readonly (ReplayStep | Cut)[],
  loss: number,
  goOn: () => void = () => undefined,
): Backward {
  const gradients: (Tensor | null)[] = values.map(() => null);
  const root = values[loss] as Tensor;
  if (root.requiresGrad)
    gradients[loss] = new Tensor(new Float64Array(root.size).fill(1), root.shape, "float64");
  let broken: Broken | null = null;
  for (let s = steps.length - 1; s >= 0; s--) {
    const step = steps[s] as ReplayStep | Cut;
    goOn();
    if (isCut(step) || !step.differentiable) continue;
    const g = gradients[step.out];
    if (g === null || g === undefined) continue;
    step.inputs.forEach((slot, input) => {
      if (!values[slot]?.requiresGrad) return;
      const { part, problem } = partOf(step, input, g, values[slot] as Tensor);
      if (problem !== null) broken ??= { step, input, problem };
      if (part === null) return;
      const before = gradients[slot];
      gradients[slot] = before ? add(before, part) : part;
    });
  }
  return { gradients, broken };
}

function partOf(
  { node }: ReplayStep,
  input: number,
  g: Tensor,
  x: Tensor,
): { part: Tensor | null; problem: string | null } {
  try {
    const rule = node.op.vjp(input, node);
    const part = rule === null ? null : rule(g, node);
    if (part === null || sameShape(part.shape, x.shape)) return { part, problem: null };
    const problem = `returned a gradient of shape ${showShape(part.shape)} for an input of shape ${showShape(x.shape)}`;
    return { part: reduced(part, x), problem };
  } catch (error) {
    return { part: null, problem: `failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** A gradient whose broadcasting was not undone, with that done, so that what comes after can go on. */
function reduced(part: Tensor, x: Tensor): Tensor | null {
  try {
    const sum = sumTo(part, x);
    return sameShape(sum.shape, x.shape) ? sum : null;
  } catch {
    return null;
  }
}
