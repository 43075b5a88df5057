/** Operations that add, drop and merge dimensions: flatten, squeeze, unsqueeze. */

import { ModelError } from "../core/error";
import { dim } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, normalizeDims, type Shape, sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor, type TensorLike } from "../core/tensor";
import { toTensor } from "./to-tensor";
import { reshape } from "./view";

interface ShapeAttrs {
  readonly shape: Shape;
}

/** What all have in common: the elements stay, the shape changes. */
const reshaping = {
  role: "moves",
  formula: "\\bar{x} = \\mathrm{reshape}(\\bar{o})",
  forward: ([x]: readonly Tensor[], { shape }: ShapeAttrs) =>
    new Tensor((x as Tensor).data, shape, (x as Tensor).dtype),
  vjp: [(g: Tensor, { x }: { x: Tensor }) => reshape(g, x.shape)],
  jvp: [(t: Tensor, { attrs }: { attrs: ShapeAttrs }) => reshape(t, attrs.shape)],
} as const;

/** Which dimensions `flatten` makes into one. */
export interface FlattenOptions {
  /** First dimension to merge; 0 when left out. */
  startDim?: number;
  /** Last dimension to merge; −1 when left out. */
  endDim?: number;
}

/** Merges the dimensions from `startDim` to `endDim` into one. */
export const flatten: OpFunction<
  [x: TensorLike, options?: FlattenOptions],
  [x: TensorLike, ...Positions<[startDim?: number, endDim?: number], FlattenOptions>]
> = defineOp({
  ...reshaping,
  name: "flatten",
  takes: takes(["x"], { startDim: dim, endDim: dim }),
  label: "flatten x",
  args(x, options = {}) {
    const input = toTensor(x);
    const start = normalizeDim(options.startDim ?? 0, input.ndim, "startDim");
    const end = normalizeDim(options.endDim ?? -1, input.ndim, "endDim");
    if (start > end) throw new ModelError(`startDim ${start} lies behind endDim ${end}`);
    const { shape } = input;
    const merged = sizeOf(shape.slice(start, end + 1));
    return {
      inputs: [input],
      attrs: { shape: [...shape.slice(0, start), merged, ...shape.slice(end + 1)] },
    };
  },
  samples: (r) => [[r.uniform([2, 3, 2])], [r.uniform([2, 3, 2]), { startDim: 1 }]],
});

/** Drops dimensions of size 1: all, or those named; a named one of another size stays, as in PyTorch. */
export const squeeze: OpFunction<[x: TensorLike, dim?: number | readonly number[]]> = defineOp<
  [x: TensorLike, dim?: number | readonly number[]],
  ShapeAttrs
>({
  ...reshaping,
  name: "squeeze",
  takes: takes(["x", "dim"]),
  label: "squeeze x",
  args(x, dim) {
    const input = toTensor(x);
    const dims = normalizeDims(dim, input.ndim);
    return {
      inputs: [input],
      attrs: { shape: input.shape.filter((n, i) => n !== 1 || !dims.includes(i)) },
    };
  },
  samples: (r) => [[r.uniform([1, 3, 1])], [r.uniform([3, 1, 2]), 1]],
});

/** Inserts a dimension of size 1 before dimension `dim` of the result. */
export const unsqueeze: OpFunction<[x: TensorLike, dim: number]> = defineOp<
  [x: TensorLike, dim: number],
  ShapeAttrs
>({
  ...reshaping,
  name: "unsqueeze",
  takes: takes(["x", "dim"]),
  label: "unsqueeze x",
  args(x, dim) {
    const input = toTensor(x);
    const at = normalizeDim(dim, input.ndim + 1);
    return { inputs: [input], attrs: { shape: input.shape.toSpliced(at, 0, 1) } };
  },
  samples: (r) => [[r.uniform([3, 2]), -1]],
});
