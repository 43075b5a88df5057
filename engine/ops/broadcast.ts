/** Undoing and doing broadcasting, written with operations so that derivatives of any order pass through. */
import { type Shape, sameShape } from "../shape";
import type { Tensor } from "../tensor";
import { sum } from "./reduce";
import { expand, reshape } from "./view";

/** Sums `g` over the dimensions along which `like` was repeated: the adjoint of broadcasting. */
export function sumTo(g: Tensor, like: { readonly shape: Shape }): Tensor {
  const { shape } = like;
  if (sameShape(g.shape, shape)) return g;
  const shift = g.shape.length - shape.length;
  const dim = g.shape.flatMap((n, i) => (i < shift || (shape[i - shift] === 1 && n !== 1) ? [i] : []));
  const summed = dim.length === 0 ? g : sum(g, { dim, keepdim: true });
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape);
}

/** Repeats `x` to the shape of `like`. */
export function broadcastTo(x: Tensor, like: { readonly shape: Shape }): Tensor {
  return sameShape(x.shape, like.shape) ? x : expand(x, like.shape);
}
