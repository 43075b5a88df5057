/** Elements put to places by index: scatter, takeAlongDim. */

import { ModelError } from "../core/error";
import { dim as dimension } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { normalizeDim, stridesOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { checkTensor } from "./arguments";
import { sum } from "./broadcast";
import { composed } from "./composed";
import { checkIndexFits, forEachPlace, gather, zerosOfType } from "./gather";
import { checkIndex } from "./index-argument";
import type { DimOption } from "./join";
import { padWidths } from "./pad";
import { toTensor } from "./to-tensor";
import { reshape } from "./view";

interface ScatterAttrs {
  readonly dim: number;
}

/**
 * x with src[i][j] at [index[i][j]][j] for dim 0, and so on; `src` is a number, or at least as large as `index`. Where a place
 * is named twice, the later element stays.
 */
export const scatter: OpFunction<
  [x: Tensor, index: Tensor, src: Tensor | number, options?: DimOption],
  [x: Tensor, dim: number | Tensor, index: Tensor | number, src?: Tensor | number | DimOption]
> = defineOp<
  [x: Tensor, index: Tensor, src: Tensor | number, options?: DimOption],
  ScatterAttrs,
  [x: Tensor, dim: number | Tensor, index: Tensor | number, src?: Tensor | number | DimOption]
>({
  name: "scatter",
  role: "routes",
  label: "x with src at i",
  formula: "\\bar{x} = \\bar{o} \\text{ but } 0 \\text{ at } i, \\quad \\overline{src}_j = \\bar{o}_{i_j}",
  takes: takes(
    ["x", "index", "src"],
    { dim: dimension },
    { pytorch: ["x", "dim", "index", "src"], aliases: { value: "src" } },
  ),
  args(x, index, src, options = {}) {
    const dim = normalizeDim(options.dim ?? 0, checkTensor(x).ndim);
    checkIndexFits(checkTensor(index, "index").shape, x, "x", dim);
    const from = toTensor(src, x, "src");
    if (from.ndim > 0 || index.ndim === 0) checkIndexFits(index.shape, from, "src", -1);
    if (from.dtype !== x.dtype) throw new ModelError(`src has type ${from.dtype}, expected ${x.dtype}, as x`);
    return { inputs: [x, checkIndex(index, x.shape[dim] ?? 1), from], attrs: { dim } };
  },
  forward([x, index, src], { dim }) {
    const { shape, dtype, data } = x as Tensor;
    const out = data.slice();
    const { data: from, shape: own } = src as Tensor;
    const strides = stridesOf(own);
    forEachPlace(index as Tensor, shape, dim, (_, place, position) => {
      const at = strides.reduce((sum, stride, d) => sum + (position[d] as number) * stride, 0);
      out[place] = from[at] as number;
    });
    return new Tensor(out, shape, dtype);
  },
  vjp: [
    (g, { y, attrs }) => scatter(g, y, 0, attrs),
    null,
    (g, { inputs, attrs }) => {
      const [, index, src] = inputs as [Tensor, Tensor, Tensor];
      const taken = gather(g, index, attrs);
      if (src.ndim === 0 && index.ndim > 0) return sum(taken);
      return padWidths(
        taken,
        src.shape.map((n, d) => [0, n - (index.shape[d] as number)]),
      );
    },
  ],
  jvp: [
    (t, { y, attrs }) => scatter(t, y, 0, attrs),
    null,
    (t, { x, y, attrs }) => scatter(zerosOfType(x, t), y, t, attrs),
  ],
  samples: (r) => [
    [
      r.uniform([2, 3]),
      new Tensor(Int32Array.of(2, 0, 1, 2), [2, 2], "int32"),
      r.uniform([2, 3]),
      { dim: 1 },
    ],
    [r.uniform([3, 2]), new Tensor(Int32Array.of(1, 2), [1, 2], "int32"), 0.5],
  ],
});

/** `gather` along a dimension; of the flattened tensor without one. */
export const takeAlongDim: (
  ...args: Widest<
    [x: Tensor, index: Tensor, options?: DimOption],
    [x: Tensor, index: Tensor, ...Positions<[dim?: number], DimOption>]
  >
) => Tensor = composed(
  "takeAlongDim",
  takes(["x", "index"], { dim: dimension }),
  (x: Tensor, index: Tensor, { dim }: DimOption = {}): Tensor => {
    if (dim !== undefined) return gather(checkTensor(x), checkTensor(index, "index"), { dim });
    return gather(reshape(checkTensor(x), [-1]), reshape(checkTensor(index, "index"), [-1]), { dim: 0 });
  },
);
