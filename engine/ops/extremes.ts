/** The largest and the smallest along dimensions, and where they are. */

import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { dim, flag } from "../core/kinds";
import { defineOp, inFunction, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, showShape, sizeOf } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { isTensor, Tensor, type TensorLike } from "../core/tensor";
import { div, mul } from "./arithmetic";
import { sum } from "./broadcast";
import { cast } from "./cast";
import { eq } from "./comparison";
import {
  type Reduce,
  type ReduceArgs,
  type ReduceAttrs,
  type ReducePositions,
  reduceAttrs,
  reducedShape,
  reduceWith,
  restoreDims,
  takesDims,
} from "./reducing";
import { maximum, minimum, where } from "./select";
import { toTensor } from "./to-tensor";

type Extreme = "max" | "min";

function checkFilled(x: Tensor, dims: readonly number[]): void {
  if (dims.some((d) => x.shape[d] === 0)) {
    throw new ModelError(`found shape ${showShape(x.shape)}, expected at least one element to choose from`);
  }
}

/** How much of the gradient each element takes: equal shares for all that are equal to the extreme. */
function shares(x: Tensor, out: Tensor, attrs: ReduceAttrs): Tensor {
  const chosen = cast(eq(x, restoreDims(out, x, attrs)), x.dtype);
  return div(chosen, sum(chosen, { dim: attrs.dims, keepdim: true }));
}

function shareOut(g: Tensor, x: Tensor, out: Tensor, attrs: ReduceAttrs): Tensor {
  return mul(restoreDims(g, x, attrs), shares(x, out, attrs));
}

function shareIn(t: Tensor, x: Tensor, out: Tensor, attrs: ReduceAttrs): Tensor {
  return sum(mul(t, shares(x, out, attrs)), { dim: attrs.dims, keepdim: attrs.keepdim });
}

function defineExtreme(name: string, kind: Extreme): Reduce {
  return defineOp<ReduceArgs, ReduceAttrs, ReducePositions>({
    name,
    takes: takesDims,
    role: "routes",
    label: `${kind} x`,
    formula: "\\bar{x}_i = \\bar{o} \\, [x_i = o] / \\#\\{j : x_j = o\\}",
    args(x, options) {
      const input = toTensor(x);
      const attrs = reduceAttrs(input, options);
      checkFilled(input, attrs.dims);
      return { inputs: [input], attrs };
    },
    forward: ([x], attrs) => reduceWith(kind, x as Tensor, attrs),
    vjp: [(g, { x, out, attrs }) => shareOut(g, x, out, attrs)],
    jvp: [(t, { x, out, attrs }) => shareIn(t, x, out, attrs)],
    samples: (r) => [
      [r.distinct([2, 3])],
      [r.distinct([2, 3, 2]), { dim: [0, 2] }],
      [r.distinct([2, 3]), { dim: -1, keepdim: true }],
      [r.distinct([])],
    ],
  });
}

/** The largest along dimensions; elements that are equally large share the gradient. */
export const amax: Reduce = defineExtreme("amax", "max");

/** The smallest along dimensions; elements that are equally small share the gradient. */
export const amin: Reduce = defineExtreme("amin", "min");

/** The one dimension along which something is looked for. */
export interface OneDimOptions {
  /** The dimension, counted from either end; all elements at once when left out. */
  dim?: number;
  /** Whether the dimension stays, with size 1; false when left out. */
  keepdim?: boolean;
}

type OneDimArgs = [x: TensorLike, options?: OneDimOptions];
type OneDimPositions = [x: TensorLike, ...Positions<[dim?: number | null, keepdim?: boolean], OneDimOptions>];
type ReduceOne = OpFunction<OneDimArgs, OneDimPositions>;

/** What functions take that choose along one dimension. */
const takesDim = takes(["x"], { dim, keepdim: flag });

interface OneDimAttrs {
  readonly dim: number | null;
  readonly keepdim: boolean;
}

function oneDim(x: TensorLike, options: OneDimOptions = {}): { inputs: [Tensor]; attrs: OneDimAttrs } {
  const input = toTensor(x);
  const dim = options.dim === undefined ? null : normalizeDim(options.dim, input.ndim);
  checkFilled(input, dim === null ? input.shape.map((_, i) => i) : [dim]);
  return { inputs: [input], attrs: { dim, keepdim: options.keepdim ?? false } };
}

function defineIndex(name: string, kind: Extreme): ReduceOne {
  return defineOp<OneDimArgs, OneDimAttrs, OneDimPositions>({
    name,
    takes: takesDim,
    role: "stops",
    label: `${name} x`,
    formula: "\\bar{x} = 0",
    args: oneDim,
    forward: ([x], attrs) => indexOf(kind, x as Tensor, attrs),
    vjp: [],
    jvp: [],
    samples: (r) => [[r.distinct([2, 3]), { dim: 1 }], [r.distinct([4])]],
  });
}

/** The index of the first extreme along a dimension, or among all elements; NaN counts as the extreme. */
function indexOf(kind: Extreme, x: Tensor, { dim, keepdim }: OneDimAttrs): Tensor {
  const size = dim === null || x.ndim === 0 ? x.size : (x.shape[dim] as number);
  const inner = dim === null ? 1 : sizeOf(x.shape.slice(dim + 1));
  const dims = dim === null ? x.shape.map((_, i) => i) : x.ndim === 0 ? [] : [dim];
  const shape = reducedShape(x.shape, { dims, keepdim });
  const out = allocate("int32", sizeOf(shape));
  for (let o = 0; o < out.length; o++) {
    const start = Math.floor(o / inner) * size * inner + (o % inner);
    out[o] = extremeIn(kind, x, start, size, inner);
  }
  return new Tensor(out, shape, "int32");
}

function extremeIn(kind: Extreme, { data }: Tensor, start: number, size: number, step: number): number {
  let best = data[start] as number;
  let index = 0;
  for (let s = 1; s < size && !Number.isNaN(best); s++) {
    const value = data[start + s * step] as number;
    if (kind === "max" ? value > best : value < best) {
      best = value;
      index = s;
    } else if (Number.isNaN(value)) return s;
  }
  return index;
}

/** Index of the largest element along `dim`; in the flattened tensor when left out. */
export const argmax: ReduceOne = defineIndex("argmax", "max");

/** Index of the smallest element along `dim`; in the flattened tensor when left out. */
export const argmin: ReduceOne = defineIndex("argmin", "min");

/** True at the one element along `dim` that was chosen. */
function chosen(kind: Extreme, x: Tensor, dim: number): Tensor {
  if (x.ndim === 0) return eq(x, x);
  const index = (kind === "max" ? argmax : argmin)(x, { dim, keepdim: true });
  const positions = allocate("int32", x.shape[dim] as number).map((_, i) => i);
  const shape = x.shape.map((n, i) => (i === dim ? n : 1));
  return eq(index, new Tensor(positions, shape, "int32"));
}

const attrsOf = ({ dim, keepdim }: OneDimAttrs, x: Tensor): ReduceAttrs => ({
  dims: dim === null ? x.shape.map((_, i) => i) : x.ndim === 0 ? [] : [dim],
  keepdim,
});

function defineSelection(name: Extreme): ReduceOne {
  return defineOp<OneDimArgs, OneDimAttrs, OneDimPositions>({
    name,
    takes: takesDim,
    role: "routes",
    label: `${name} x`,
    formula: "\\bar{x}_i = \\bar{o} \\, [i \\text{ was chosen}]",
    args: oneDim,
    forward: ([x], attrs) => reduceWith(name, x as Tensor, attrsOf(attrs, x as Tensor)),
    vjp: [
      (g, { x, out, attrs }) => {
        const reduce = attrsOf(attrs, x);
        if (attrs.dim === null) return shareOut(g, x, out, reduce);
        return where(chosen(name, x, attrs.dim), restoreDims(g, x, reduce), 0);
      },
    ],
    jvp: [
      (t, { x, out, attrs }) => {
        const reduce = attrsOf(attrs, x);
        if (attrs.dim === null) return shareIn(t, x, out, reduce);
        const moved = where(chosen(name, x, attrs.dim), t, 0);
        return sum(moved, { dim: reduce.dims, keepdim: attrs.keepdim });
      },
    ],
    samples: (r) => [
      [r.distinct([2, 3]), { dim: 1 }],
      [r.distinct([2, 3, 2]), { dim: -2, keepdim: true }],
      [r.distinct([2, 3])],
    ],
  });
}

const largest = defineSelection("max");
const smallest = defineSelection("min");

export type Selection = [values: Tensor, indices: Tensor];

/**
 * As `torch.max`: the largest of all elements; with `dim`, the largest along it and their indices; of two tensors,
 * the larger element by element. Along a dimension the first of equal elements takes the whole gradient.
 */
export function max(x: TensorLike, y?: Tensor): Tensor;
export function max(x: TensorLike, dim: number, keepdim?: boolean): Selection;
export function max(x: TensorLike, options: OneDimOptions & { dim: number }): Selection;
export function max(x: TensorLike, options: { keepdim?: boolean }): Tensor;
export function max(...args: readonly unknown[]): Tensor | Selection {
  if (isTensor(args[1])) return maximum(...(args as [TensorLike, Tensor]));
  return select("max", largest, argmax, args);
}

/** As `max`, for the smallest. */
export function min(x: TensorLike, y?: Tensor): Tensor;
export function min(x: TensorLike, dim: number, keepdim?: boolean): Selection;
export function min(x: TensorLike, options: OneDimOptions & { dim: number }): Selection;
export function min(x: TensorLike, options: { keepdim?: boolean }): Tensor;
export function min(...args: readonly unknown[]): Tensor | Selection {
  if (isTensor(args[1])) return minimum(...(args as [TensorLike, Tensor]));
  return select("min", smallest, argmin, args);
}

/** The chosen values, and their indices when a dimension is named. */
function select(
  name: Extreme,
  value: ReduceOne,
  index: ReduceOne,
  args: readonly unknown[],
): Tensor | Selection {
  const read = inFunction(name, () => arrange(takesDim, args)) as OneDimArgs;
  const values = value(...read);
  return read[1]?.dim === undefined ? values : [values, index(...read)];
}
