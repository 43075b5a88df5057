/** Undoing and doing broadcasting, written with operations so that derivatives of any order pass through. */
import { allocate } from "../core/dtype";
import { type Shape, sameShape, sizeOf } from "../core/shape";
import { isQuiet } from "../core/tape";
import { Tensor } from "../core/tensor";
import { kernels } from "../kernels";
import { sum } from "./reduce";
import { expand, reshape } from "./view";

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
