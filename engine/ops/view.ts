/** Operations that move elements without changing them: reshape, permute, transpose. */

import { checkShape } from "../core/check-shape";
import { describeValue, showValue } from "../core/describe";
import { allocateUnset } from "../core/dtype";
import { ModelError } from "../core/error";
import { defineOp, type OpFunction } from "../core/op";
import { normalizeDim, type Shape, showShape, sizeOf, stridesOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor, type TensorLike } from "../core/tensor";
import { kernels } from "../kernels";
import { toTensor } from "./to-tensor";

/** A contiguous copy of `x` read with `strides` from `offset` over `shape`. */
export function strided(x: Tensor, shape: Shape, strides: readonly number[], offset = 0): Tensor {
  const out = allocateUnset(x.dtype, sizeOf(shape));
  kernels().copy(x.data, out, shape, strides, offset);
  return new Tensor(out, shape, x.dtype);
}

export const takesShape = takes(["x", "shape"], {}, { spread: "shape" });
export type ShapeArgs = [x: TensorLike, shape: Shape];
export type ShapeSpread = [x: TensorLike, shape: number | Shape, ...sizes: number[]];

export interface ShapeAttrs {
  readonly shape: Shape;
}

/** The same elements in another shape; one size may be −1 and is found from the rest. */
export const reshape: OpFunction<ShapeArgs, ShapeSpread> = defineOp<ShapeArgs, ShapeAttrs, ShapeSpread>({
  name: "reshape",
  takes: takesShape,
  role: "moves",
  label: "reshape x",
  formula: "\\bar{x} = \\mathrm{reshape}(\\bar{o})",
  args(x, shape) {
    const input = toTensor(x);
    return { inputs: [input], attrs: { shape: inferShape(input, shape) } };
  },
  forward: ([x], { shape }) => new Tensor((x as Tensor).data, shape, (x as Tensor).dtype),
  vjp: [(g, { x }) => reshape(g, x.shape)],
  jvp: [(t, { attrs }) => reshape(t, attrs.shape)],
  samples: (r) => [
    [r.uniform([2, 3]), [3, 2]],
    [r.uniform([2, 3]), [-1]],
  ],
});

/** @throws ModelError unless `list` is an array of numbers */
export function checkList(list: unknown, argument: string): void {
  if (Array.isArray(list) && list.every((n) => typeof n === "number")) return;
  throw new ModelError(`${argument} is ${describeValue(list)}, expected an array of integers`);
}

function inferShape(x: Tensor, shape: Shape): Shape {
  checkList(shape, "shape");
  const open = shape.indexOf(-1);
  if (open !== shape.lastIndexOf(-1)) {
    throw new ModelError(
      `shape is ${showValue(shape)}, expected at most one -1, which is found from the rest`,
    );
  }
  if (shape.some((n) => !Number.isInteger(n) || n < -1)) checkShape(shape);
  const known = sizeOf(shape.filter((_, i) => i !== open));
  const full = open < 0 ? shape : shape.map((n, i) => (i === open ? x.size / known : n));
  if (full.some((n) => !Number.isInteger(n)) || sizeOf(checkShape(full)) !== x.size) {
    throw new ModelError(
      `shape ${showShape(shape)} does not fit ${x.size} elements of shape ${showShape(x.shape)}`,
    );
  }
  return full;
}

/** Dimensions in another order: dimension i of the result is dimension dims[i] of x. */
export const permute: OpFunction<
  [x: TensorLike, dims: readonly number[]],
  [x: TensorLike, dims: number | readonly number[], ...more: number[]]
> = defineOp({
  name: "permute",
  takes: takes(["x", "dims"], {}, { spread: "dims" }),
  role: "moves",
  label: "permute x",
  formula: "\\bar{x} = \\mathrm{permute}^{-1}(\\bar{o})",
  args(x, dims) {
    const input = toTensor(x);
    checkList(dims, "dims");
    const order = dims.map((d) => normalizeDim(d, input.ndim, "dims"));
    if (order.length !== input.ndim || new Set(order).size !== order.length) {
      throw new ModelError(`dims is ${showShape(dims)}, expected each of the ${input.ndim} dimensions once`);
    }
    return { inputs: [input], attrs: { dims: order } };
  },
  forward([x], { dims }) {
    const { shape } = x as Tensor;
    const strides = stridesOf(shape);
    return strided(
      x as Tensor,
      dims.map((d) => shape[d] as number),
      dims.map((d) => strides[d] as number),
    );
  },
  vjp: [(g, { attrs }) => permute(g, inverse(attrs.dims))],
  jvp: [(t, { attrs }) => permute(t, attrs.dims)],
  samples: (r) => [[r.uniform([2, 3, 4]), [2, 0, 1]]],
});

function inverse(order: readonly number[]): number[] {
  const out = new Array<number>(order.length);
  order.forEach((d, i) => {
    out[d] = i;
  });
  return out;
}

/** Swaps two dimensions. */
export const transpose: OpFunction<[x: TensorLike, dim0: number, dim1: number]> = defineOp({
  name: "transpose",
  takes: takes(["x", "dim0", "dim1"]),
  role: "moves",
  label: "xᵀ",
  formula: "\\bar{x} = \\bar{o}^T",
  args(x, dim0, dim1) {
    const input = toTensor(x);
    const a = normalizeDim(dim0, input.ndim, "dim0");
    const b = normalizeDim(dim1, input.ndim, "dim1");
    const dims = input.shape.map((_, i) => (i === a ? b : i === b ? a : i));
    return { inputs: [input], attrs: { dims } };
  },
  forward: ([x], { dims }) => permute(x as Tensor, dims),
  vjp: [(g, { attrs }) => permute(g, inverse(attrs.dims))],
  jvp: [(t, { attrs }) => permute(t, attrs.dims)],
  samples: (r) => [
    [r.uniform([2, 3]), 0, 1],
    [r.uniform([2, 3, 4]), -1, 0],
  ],
});
