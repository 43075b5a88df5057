/** One operation under many perturbations, one after the other: what every short cut is held against. */
import type { Tensor } from "../../core/tensor";
import type { ReplayStep } from "./replay-step";
import { forwardOf } from "./structure";
import { allocateLike, type Dense, toDense, type Variants, variantOf } from "./variants";

/** The changed inputs of a step, by slot. */
export type Changes = ReadonlyMap<number, Variants>;

/** The operation itself, once for each variant: slow, and right by definition. */
export function oneByOne(step: ReplayStep, changes: Changes, count: number): Dense {
  const { inputs, out } = step.node;
  const dense = densely(step, changes, count);
  const data = allocateLike(out, count * out.size);
  for (let k = 0; k < count; k++) {
    const variant = step.inputs.map((slot, i) => {
      const input = inputs[i] as Tensor;
      const of = dense.get(slot);
      return of === undefined ? input : variantOf(of, input, k);
    });
    data.set(forwardOf(step)(variant).data, k * out.size);
  }
  return { kind: "dense", data };
}

/** The changed inputs with all their elements. */
export function densely(step: ReplayStep, changes: Changes, count: number): Map<number, Dense> {
  return new Map(
    [...changes].map(([slot, variants]) => [
      slot,
      toDense(variants, step.node.inputs[step.inputs.indexOf(slot)] as Tensor, count),
    ]),
  );
}
