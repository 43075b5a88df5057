/** The mean over dimensions. */
import { defineOp } from "../core/op";
import type { Tensor } from "../core/tensor";
import { div } from "./arithmetic";
import { broadcastLike } from "./broadcast";
import {
  countOf,
  type Reduce,
  type ReduceArgs,
  type ReduceAttrs,
  type ReducePositions,
  reduceAttrs,
  reduceWith,
  restoreDims,
  takesDims,
} from "./reducing";
import { floating, toTensor } from "./to-tensor";

/** Arithmetic mean over dimensions. */
export const mean: Reduce = defineOp<ReduceArgs, ReduceAttrs, ReducePositions>({
  name: "mean",
  takes: takesDims,
  role: "gathers",
  label: "mean x",
  formula: "\\bar{x}_i = \\bar{o} / n",
  args(x, options = {}) {
    const input = floating(toTensor(x));
    return { inputs: [input], attrs: reduceAttrs(input, options) };
  },
  forward: ([x], attrs) => div(reduceWith("sum", x as Tensor, attrs), countOf(x as Tensor, attrs)),
  vjp: [(g, { x, attrs }) => broadcastLike(div(restoreDims(g, x, attrs), countOf(x, attrs)), x)],
  jvp: [(t, { attrs }) => mean(t, { dim: attrs.dims, keepdim: attrs.keepdim })],
  samples: (r) => [
    [r.uniform([2, 3])],
    [r.uniform([2, 3, 2]), { dim: 1 }],
    [r.uniform([2, 3, 2]), { dim: [0, -1], keepdim: true }],
  ],
});
