/** The sum and the repetition of a tensor, of which each is the other's derivative, and broadcasting made of them. */
import { checkShape } from "../core/check-shape";
import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { defineOp, type OpFunction } from "../core/op";
import { broadcastStrides, type Shape, sameShape, showShape, sizeOf } from "../core/shape";
import { isQuiet } from "../core/tape";
import { Tensor } from "../core/tensor";
import { kernels } from "../kernels";
import {
  type Reduce,
  type ReduceArgs,
  type ReduceAttrs,
  type ReducePositions,
  reduceAttrs,
  reduceWith,
  restoreDims,
  takesDims,
} from "./reducing";
import { toTensor } from "./to-tensor";
import {
  checkList,
  reshape,
  type ShapeArgs,
  type ShapeAttrs,
  type ShapeSpread,
  strided,
  takesShape,
} from "./view";

/** Sum over dimensions. Integers and booleans give int32. */
export const sum: Reduce = defineOp<ReduceArgs, ReduceAttrs, ReducePositions>({
  name: "sum",
  takes: takesDims,
  role: "gathers",
  label: "Σ x",
  formula: "\\bar{x}_i = \\bar{o}",
  args(x, options = {}) {
    const input = toTensor(x);
    return { inputs: [input], attrs: reduceAttrs(input, options) };
  },
  forward: ([x], attrs) =>
    reduceWith("sum", x as Tensor, attrs, x?.dtype === "bool" ? "int32" : (x as Tensor).dtype),
  vjp: [(g, { x, attrs }) => broadcastLike(restoreDims(g, x, attrs), x)],
  jvp: [(t, { attrs }) => sum(t, { dim: attrs.dims, keepdim: attrs.keepdim })],
  samples: (r) => [
    [r.uniform([2, 3])],
    [r.uniform([2, 3, 2]), { dim: [0, 2] }],
    [r.uniform([2, 3]), { dim: -1, keepdim: true }],
    [r.uniform([])],
    [r.uniform([2, 1, 2]), { dim: 1 }],
  ],
});

/** Repeats dimensions of size 1; −1 keeps a size, new dimensions stand in front. */
export const expand: OpFunction<ShapeArgs, ShapeSpread> = defineOp<ShapeArgs, ShapeAttrs, ShapeSpread>({
  name: "expand",
  takes: takesShape,
  role: "moves",
  label: "expand x",
  formula: "\\bar{x} = \\sum \\bar{o} \\text{ over the repeated dimensions}",
  args(x, shape) {
    const input = toTensor(x);
    checkList(shape, "shape");
    const shift = shape.length - input.ndim;
    const full = shape.map((n, i) => (n === -1 && i >= shift ? (input.shape[i - shift] as number) : n));
    const fits = shift >= 0 && input.shape.every((n, i) => n === full[i + shift] || n === 1);
    if (!fits) throw new ModelError(`shape ${showShape(input.shape)} does not expand to ${showShape(shape)}`);
    return { inputs: [input], attrs: { shape: checkShape(full) } };
  },
  forward: ([x], { shape }) => strided(x as Tensor, shape, broadcastStrides((x as Tensor).shape, shape)),
  vjp: [(g, { x }) => sumTo(g, x)],
  jvp: [(t, { attrs }) => expand(t, attrs.shape)],
  samples: (r) => [
    [r.uniform([2, 1]), [2, 3]],
    [r.uniform([3]), [2, -1]],
  ],
});

/** Sums `g` over the dimensions along which `like` was repeated: the adjoint of broadcasting. */
export function sumTo(g: Tensor, like: { readonly shape: Shape }): Tensor {
  const { shape } = like;
  if (sameShape(g.shape, shape)) return g;
  if (isQuiet() && isTail(shape, g.shape)) return sumLeading(g, shape);
  const shift = g.shape.length - shape.length;
  const dim = g.shape.flatMap((n, i) => (i < shift || (shape[i - shift] === 1 && n !== 1) ? [i] : []));
  const summed = dim.length === 0 ? g : sum(g, { dim, keepdim: true });
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape);
}

/** Whether a shape is how the other one ends: a bias against a batch. */
function isTail(shape: Shape, of: Shape): boolean {
  const shift = of.length - shape.length;
  if (shift <= 0) return false;
  for (let i = 0; i < shape.length; i++) if (shape[i] !== of[i + shift]) return false;
  return true;
}

function sumLeading(g: Tensor, shape: Shape): Tensor {
  const inner = sizeOf(shape);
  const out = allocate(g.dtype, inner);
  if (inner > 0) kernels().reduce("sum", g.data, out, 1, g.size / inner, inner);
  return new Tensor(out, shape, g.dtype);
}

/** Repeats `x` to the shape of `like`. */
export function broadcastLike(x: Tensor, like: { readonly shape: Shape }): Tensor {
  return sameShape(x.shape, like.shape) ? x : expand(x, like.shape);
}
