/** Functions of the pieces of a dimension (glu, maxout), and distances between all pairs of points. */

import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { dim, number, size } from "../core/kinds";
import { defineOp, inFunction, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, showShape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { isTensor, type Tensor, type TensorLike } from "../core/tensor";
import { add, mul, sub } from "./arithmetic";
import { sum, sumTo } from "./broadcast";
import { amax } from "./extremes";
import { cat } from "./join";
import { narrow } from "./pad";
import { sigmoid } from "./smooth-activations";
import { type NormAttrs, normSlope, vectorNorm } from "./statistics";
import { floating, toTensor } from "./to-tensor";
import { reshape } from "./view";

/** The two halves along `dim`. */
function halves(x: Tensor, dim: number): [Tensor, Tensor] {
  const half = (x.shape[dim] as number) / 2;
  return [narrow(x, dim, 0, half), narrow(x, dim, half, half)];
}

/** The gated linear unit: the first half along `dim` (the last when left out) times the sigmoid of the second. */
export const glu: OpFunction<
  [x: TensorLike, options?: { dim?: number }],
  [x: TensorLike, ...Positions<[dim?: number], { dim?: number }>]
> = defineOp({
  name: "glu",
  takes: takes(["x"], { dim }),
  role: "switches",
  label: "a σ(b)",
  formula:
    "\\bar{a} = \\bar{o} \\, \\sigma(b), \\quad \\bar{b} = \\bar{o} \\, a \\, \\sigma(b)(1 - \\sigma(b))",
  args(x, options = {}) {
    const input = floating(toTensor(x));
    const dim = normalizeDim(options.dim ?? -1, input.ndim);
    if (input.ndim > 0 && (input.shape[dim] as number) % 2 === 0) return { inputs: [input], attrs: { dim } };
    throw new ModelError(`x has shape ${showShape(input.shape)}, expected an even size of dimension ${dim}`);
  },
  forward([x], { dim }) {
    const [a, b] = halves(x as Tensor, dim);
    return mul(a, sigmoid(b));
  },
  vjp: [
    (g, { x, attrs: { dim } }) => {
      const [a, b] = halves(x, dim);
      const s = sigmoid(b);
      return cat([mul(g, s), mul(g, mul(a, mul(s, sub(1, s))))], { dim });
    },
  ],
  jvp: [
    (t, { x, attrs: { dim } }) => {
      const [a, b] = halves(x, dim);
      const [ta, tb] = halves(t, dim);
      const s = sigmoid(b);
      return add(mul(ta, s), mul(tb, mul(a, mul(s, sub(1, s)))));
    },
  ],
  samples: (r) => [[r.uniform([2, 4])], [r.uniform([2, 3]), { dim: 0 }]],
});

/** What `maxout` takes besides x. */
export interface MaxoutOptions {
  /** How many neighbours compete for one output. */
  pieces: number;
  /** The dimension that shrinks; 1 when left out, or the only one. */
  dim?: number;
}

/** The largest of each group of `pieces` neighbours along a dimension (Goodfellow and others, 2013). */
export function maxout(x: TensorLike, options: MaxoutOptions): Tensor;
export function maxout(x: TensorLike, pieces: number, dim?: number | MaxoutOptions): Tensor;
export function maxout(...args: readonly unknown[]): Tensor {
  return inFunction("maxout", () => {
    const [x, options] = arrange(takesPieces, args) as [TensorLike, MaxoutOptions?];
    return amax(...competing(x, options));
  });
}

const takesPieces = takes(["x"], { pieces: size, dim });

/** x with the groups along a dimension of their own, and that dimension. */
function competing(x: TensorLike, options: MaxoutOptions | undefined): [Tensor, { dim: number }] {
  const input = toTensor(x);
  const dim = normalizeDim(options?.dim ?? Math.min(1, input.ndim - 1), input.ndim);
  const n = input.shape[dim] ?? 1;
  const pieces = options?.pieces;
  if (pieces === undefined || !Number.isInteger(pieces) || pieces < 1 || n % pieces !== 0) {
    throw new ModelError(
      `pieces is ${pieces}, expected an integer that divides ${n}, the size of dimension ${dim}`,
    );
  }
  const shape = [...input.shape.slice(0, dim), n / pieces, pieces, ...input.shape.slice(dim + 1)];
  return [reshape(input, shape), { dim: dim + 1 }];
}

/** Differences of all pairs: [..., P, R, M]. */
function pairs(x: Tensor, y: Tensor): Tensor {
  const [p, m] = x.shape.slice(-2) as [number, number];
  const [r] = y.shape.slice(-2) as [number, number];
  return sub(reshape(x, [...x.shape.slice(0, -2), p, 1, m]), reshape(y, [...y.shape.slice(0, -2), 1, r, m]));
}

const lastDim = (x: Tensor, ord: number): NormAttrs => ({ dims: [x.ndim - 1], keepdim: false, ord });

/** The derivative of each distance by the difference: [..., P, R, M]. */
function direction(x: Tensor, y: Tensor, out: Tensor, ord: number): Tensor {
  const difference = pairs(x, y);
  return normSlope(difference, out, lastDim(difference, ord));
}

const spread = (g: Tensor) => reshape(g, [...g.shape, 1]);

/** Distances between all points of x, [..., P, M], and all of y, [..., R, M]: [..., P, R]. The norm is `p`, 2 when left out. */
export const cdist: OpFunction<
  [x: Tensor, y: Tensor, options?: { p?: number }],
  [x: Tensor, y: Tensor, ...Positions<[p?: number], { p?: number }>]
> = defineOp({
  name: "cdist",
  takes: takes(["x", "y"], { p: number }),
  role: "compares",
  label: "‖xᵢ − yⱼ‖",
  formula: "\\bar{x}_i = \\textstyle\\sum_j \\bar{o}_{ij} (x_i - y_j) / o_{ij}",
  args(x, y, options = {}) {
    const inputs = [checkPoints(x, "x"), checkPoints(y, "y")];
    if (x.shape[x.ndim - 1] !== y.shape[y.ndim - 1]) {
      throw new ModelError(
        `shapes ${showShape(x.shape)} and ${showShape(y.shape)} differ in their last size, expected equally many coordinates`,
      );
    }
    return { inputs, attrs: { ord: options.p ?? 2 } };
  },
  forward([x, y], { ord }) {
    const difference = pairs(x as Tensor, y as Tensor);
    return vectorNorm(difference, lastDim(difference, ord));
  },
  vjp: [
    (g, { x, y, out, attrs: { ord } }) =>
      sumTo(sum(mul(spread(g), direction(x, y, out, ord)), { dim: -2 }), x),
    (g, { x, y, out, attrs: { ord } }) =>
      sumTo(mul(sum(mul(spread(g), direction(x, y, out, ord)), { dim: -3 }), -1), y),
  ],
  jvp: [
    (t, { x, y, out, attrs: { ord } }) =>
      sum(
        mul(
          reshape(t, [...t.shape.slice(0, -1), 1, t.shape[t.ndim - 1] as number]),
          direction(x, y, out, ord),
        ),
        {
          dim: -1,
        },
      ),
    (t, { x, y, out, attrs: { ord } }) =>
      sum(
        mul(
          reshape(t, [...t.shape.slice(0, -2), 1, ...t.shape.slice(-2)]),
          mul(direction(x, y, out, ord), -1),
        ),
        { dim: -1 },
      ),
  ],
  samples: (r) => [
    [r.uniform([2, 3]), r.uniform([4, 3])],
    [r.uniform([2, 2, 3]), r.uniform([2, 3]), { p: 3 }],
  ],
});

function checkPoints(x: unknown, argument: string): Tensor {
  if (isTensor(x) && x.ndim >= 2) return floating(x);
  const found = isTensor(x) ? `has shape ${showShape(x.shape)}` : `is ${describeValue(x)}`;
  throw new ModelError(`${argument} ${found}, expected points as rows: [..., points, coordinates]`);
}
