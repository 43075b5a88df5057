/** How reductions are made: the dimensions that they go over, the shape that is left, and the kernel. */
import { allocateUnset, type DType } from "../core/dtype";
import { dims, flag } from "../core/kinds";
import type { OpFunction, Positions } from "../core/op";
import { normalizeDims, type Shape, sizeOf } from "../core/shape";
import { type Signature, takes } from "../core/signature";
import { Tensor, type TensorLike } from "../core/tensor";
import { kernels } from "../kernels";
import type { Reduction } from "../kernels/kernels";
import { permute, reshape } from "./view";

/** The dimensions that a reduction goes over, and whether they stay. */
export interface ReduceOptions {
  /** One or several dimensions, counted from either end; all of them when left out. */
  dim?: number | readonly number[];
  /** Keeps reduced dimensions with size 1; false when left out. */
  keepdim?: boolean;
}

export interface ReduceAttrs {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

export type ReduceArgs = [x: TensorLike, options?: ReduceOptions];
export type ReducePositions = [
  x: TensorLike,
  ...Positions<[dim?: number | readonly number[] | null, keepdim?: boolean], ReduceOptions>,
];
export type Reduce = OpFunction<ReduceArgs, ReducePositions>;

/** What reductions take. */
export const takesDims: Signature = takes(["x"], { dim: dims, keepdim: flag });

export function reduceAttrs(x: Tensor, options: ReduceOptions = {}): ReduceAttrs {
  return { dims: normalizeDims(options.dim, x.ndim), keepdim: options.keepdim ?? false };
}

/** The shape left after reducing `dims`. */
export function reducedShape(shape: Shape, { dims, keepdim }: ReduceAttrs): number[] {
  const left: number[] = [];
  if (!keepdim && dims.length === shape.length) return left;
  for (let i = 0; i < shape.length; i++) {
    if (!dims.includes(i)) left.push(shape[i] as number);
    else if (keepdim) left.push(1);
  }
  return left;
}

/** Reduces with a kernel; dimensions that do not lie side by side are moved together first. */
export function reduceWith(kind: Reduction, x: Tensor, attrs: ReduceAttrs, dtype: DType = x.dtype): Tensor {
  const { dims } = attrs;
  const first = dims[0] ?? x.ndim;
  const adjacent = dims.every((d, i) => d === first + i);
  if (!adjacent) {
    const kept = x.shape.flatMap((_, i) => (dims.includes(i) ? [] : [i]));
    const moved = permute(x, [...kept, ...dims]);
    const tail = { dims: dims.map((_, i) => kept.length + i), keepdim: false };
    return reshape(reduceWith(kind, moved, tail, dtype), reducedShape(x.shape, attrs));
  }
  const shape = reducedShape(x.shape, attrs);
  const size = sizeOf(dims.map((d) => x.shape[d] as number));
  const outer = sizeOf(x.shape.slice(0, first));
  const inner = sizeOf(x.shape.slice(first + dims.length));
  const out = allocateUnset(dtype, outer * inner);
  kernels().reduce(kind, x.data, out, outer, size, inner);
  return new Tensor(out, shape, dtype);
}

/** `g`, which lost the dimensions `dims`, with these back as size 1, so that it broadcasts against the input. */
export function restoreDims(g: Tensor, x: Tensor, attrs: ReduceAttrs): Tensor {
  if (attrs.keepdim) return g;
  return reshape(g, reducedShape(x.shape, { dims: attrs.dims, keepdim: true }));
}

/** How many elements are reduced into one. */
export function countOf(x: Tensor, { dims }: ReduceAttrs): number {
  return sizeOf(dims.map((d) => x.shape[d] as number));
}
