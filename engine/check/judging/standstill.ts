/** Why no gradient arrives: the operation that received one and handed nothing on. */
import { isFloat } from "../../core/dtype";
import type { Node } from "../../core/tape";
import type { Tensor } from "../../core/tensor";
import type { Downstream } from "../differences/batch";
import { isCut, type ReplayStep } from "../differences/replay-step";

/** The operation nearest to the loss that got a gradient and passed none towards the tensor; null when there is none. */
export function findStandstill({ replay, slot, steps }: Downstream): ReplayStep | null {
  const onTheWay = new Set([slot, ...steps.map((step) => (isCut(step) ? step.to : step.out))]);
  const arrives = (s: number) => replay.gradients[s]?.data.some((v) => v !== 0) ?? false;
  const stops = steps.findLast(
    (step): step is ReplayStep =>
      !isCut(step) &&
      arrives(step.out) &&
      step.inputs.some((input) => onTheWay.has(input)) &&
      step.inputs.every((input) => !onTheWay.has(input) || !arrives(input)),
  );
  return stops ?? null;
}

/** The first operation on the way to the loss whose output takes no gradient; null when there is none. */
export function findStop({ replay, steps }: Downstream): ReplayStep | null {
  const takes = (slot: number) => replay.values[slot]?.requiresGrad ?? false;
  const stop = steps.find(
    (step): step is ReplayStep => !isCut(step) && !step.differentiable && step.inputs.some(takes),
  );
  return stop ?? null;
}

/** True for operations whose results move in steps, such as rounding, comparisons and integers. */
export function isFlat(node: Node): boolean {
  const { op, inputs, out } = node;
  return op.role === "stops" || !isFloat(out.dtype) || inputs.every((_, i) => op.vjp(i, node) === null);
}

/** What a student should know about an operation that passes nothing. */
export function whyFlat({ node }: ReplayStep, line: string): string {
  const { name } = node.op;
  const x = node.inputs[0] as Tensor;
  if (isFlat(node)) {
    return `${name}${line} is flat almost everywhere: its slope is 0, so no gradient passes.`;
  }
  if (/relu/i.test(name) && x.data.every((v) => v <= 0)) {
    return `All inputs of ${name}${line} are 0 or below, where its slope is 0: dead units.`;
  }
  if (name === "mul" || name === "matmul") return `At ${name}${line} the other factor is 0.`;
  return `${name}${line} received a gradient and handed back only zeros.`;
}
