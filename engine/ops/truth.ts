/** What holds for all or for any elements along dimensions, and how many are not 0. */
import { defineOp } from "../core/op";
import type { Tensor } from "../core/tensor";
import { sum } from "./broadcast";
import { cast } from "./cast";
import { eq, ne } from "./comparison";
import {
  type Reduce,
  type ReduceArgs,
  type ReduceAttrs,
  type ReducePositions,
  reduceAttrs,
  takesDims,
} from "./reducing";
import { toTensor } from "./to-tensor";

/** A reduction of what is not 0, through which no gradient passes. */
function ofTruths(name: string, label: string, reduce: (x: Tensor, attrs: ReduceAttrs) => Tensor): Reduce {
  return defineOp<ReduceArgs, ReduceAttrs, ReducePositions>({
    name,
    role: "stops",
    label,
    formula: "\\bar{x} = 0",
    takes: takesDims,
    args(x, options) {
      const input = toTensor(x);
      return { inputs: [input], attrs: reduceAttrs(input, options) };
    },
    forward: ([x], attrs) => reduce(x as Tensor, attrs),
    vjp: [],
    jvp: [],
    samples: (r) => [[r.mask([2, 3])], [r.mask([2, 3]), { dim: 1, keepdim: true }]],
  });
}

const count = (truths: Tensor, { dims, keepdim }: ReduceAttrs): Tensor =>
  sum(cast(truths, "int32"), { dim: dims, keepdim });

/** Whether every element along dimensions is true (not 0); true for none. */
export const all: Reduce = ofTruths("all", "∧ x", (x, attrs) => eq(count(eq(x, 0), attrs), 0));

/** Whether an element along dimensions is true (not 0); false for none. */
export const any: Reduce = ofTruths("any", "∨ x", (x, attrs) => ne(count(ne(x, 0), attrs), 0));

/** How many elements along dimensions are not 0, int32. */
export const countNonzero: Reduce = ofTruths("countNonzero", "#{x ≠ 0}", (x, attrs) =>
  count(ne(x, 0), attrs),
);
