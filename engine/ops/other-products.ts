/** More products: inner, tensordot, kron, vdot, addmv, powers of a matrix; and the distance of two tensors. */

import { ModelError } from "../core/error";
import { dims, either, integer, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { normalizeDim, type Shape, showShape, sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import { fromValues, type Tensor } from "../core/tensor";
import { checkFloat, checkInteger, checkRank, checkTensor } from "./arguments";
import { add, mul, sub } from "./arithmetic";
import { cast } from "./cast";
import { composed } from "./composed";
import { inverse } from "./linalg";
import { dot } from "./linear";
import { matmul } from "./matmul";
import { mv } from "./matrices";
import { norm } from "./statistics";
import { permute, reshape } from "./view";

/** Products over the last dimension of both: [..., n] and [..., n] give all pairs of rows. */
export const inner: (x: Tensor, y: Tensor) => Tensor = composed(
  "inner",
  takes(["x", "y"]),
  (x: Tensor, y: Tensor) => {
    if (checkTensor(x).ndim === 0 || checkTensor(y, "y").ndim === 0) return mul(x, y);
    return contract(x, y, [x.ndim - 1], [y.ndim - 1]);
  },
);

/** What `tensordot` takes besides its tensors. */
export interface TensordotOptions {
  /** How many last dimensions of x meet the first ones of y, or which meet which; 2 when left out. */
  dims?: number | readonly [readonly number[], readonly number[]];
}

const pairOfDims = {
  expected: "a count, or two arrays of dimensions",
  fits: (v: unknown) => Array.isArray(v) && v.length === 2 && v.every((each) => dims.fits(each)),
};

/** Sums of products over several dimensions of both. @throws ModelError when their sizes differ */
export const tensordot: (
  ...args: Widest<
    [x: Tensor, y: Tensor, options?: TensordotOptions],
    [x: Tensor, y: Tensor, ...Positions<[dims?: TensordotOptions["dims"]], TensordotOptions>]
  >
) => Tensor = composed(
  "tensordot",
  takes(["x", "y"], { dims: either(integer, pairOfDims) }),
  (x: Tensor, y: Tensor, { dims: given = 2 }: TensordotOptions = {}): Tensor => {
    const [a, b] = [checkTensor(x), checkTensor(y, "y")];
    if (typeof given === "number") {
      if (checkInteger(given, "dims") > Math.min(a.ndim, b.ndim)) {
        throw new ModelError(`dims is ${given}, expected at most ${Math.min(a.ndim, b.ndim)}`);
      }
      const places = Array.from({ length: given }, (_, i) => i);
      return contract(
        a,
        b,
        places.map((i) => a.ndim - given + i),
        places,
      );
    }
    const read = (list: readonly number[], of: Tensor) =>
      [list].flat().map((d) => normalizeDim(d, of.ndim, "dims"));
    return contract(a, b, read(given[0], a), read(given[1], b));
  },
);

function contract(x: Tensor, y: Tensor, dimsX: readonly number[], dimsY: readonly number[]): Tensor {
  const sizes = (z: Tensor, list: readonly number[]): Shape => list.map((d) => z.shape[d] as number);
  const [inX, inY] = [sizes(x, dimsX), sizes(y, dimsY)];
  if (inX.length !== inY.length || inX.some((n, i) => n !== inY[i])) {
    throw new ModelError(
      `the sizes ${showShape(inX)} of x and ${showShape(inY)} of y do not match, expected equal ones`,
    );
  }
  const rest = (z: Tensor, list: readonly number[]) =>
    z.shape.flatMap((_, d) => (list.includes(d) ? [] : [d]));
  const [outX, outY] = [rest(x, dimsX), rest(y, dimsY)];
  const [shapeX, shapeY] = [sizes(x, outX), sizes(y, outY)];
  const left = reshape(permute(x, [...outX, ...dimsX]), [sizeOf(shapeX), sizeOf(inX)]);
  const right = reshape(permute(y, [...dimsY, ...outY]), [sizeOf(inY), sizeOf(shapeY)]);
  return reshape(matmul(left, right), [...shapeX, ...shapeY]);
}

/** Kronecker's product: each element of x times all of y. */
export const kron: (x: Tensor, y: Tensor) => Tensor = composed(
  "kron",
  takes(["x", "y"]),
  (x: Tensor, y: Tensor) => {
    const rank = Math.max(checkTensor(x).ndim, checkTensor(y, "y").ndim);
    const full = (z: Tensor): number[] => [...new Array<number>(rank - z.ndim).fill(1), ...z.shape];
    const [a, b] = [full(x), full(y)];
    const apart = mul(
      reshape(
        x,
        a.flatMap((n) => [n, 1]),
      ),
      reshape(
        y,
        b.flatMap((n) => [1, n]),
      ),
    );
    return reshape(
      apart,
      a.map((n, d) => n * (b[d] as number)),
    );
  },
);

/** The product of two vectors, as `dot`. */
export const vdot: (x: Tensor, y: Tensor) => Tensor = composed(
  "vdot",
  takes(["x", "y"]),
  (x: Tensor, y: Tensor) => dot(x, y),
);

/** beta x + alpha a b with a matrix a and a vector b. */
export const addmv: (x: Tensor, a: Tensor, b: Tensor, options?: { beta?: number; alpha?: number }) => Tensor =
  composed(
    "addmv",
    takes(["x", "a", "b"], {}, { named: { beta: number, alpha: number } }),
    (
      x: Tensor,
      a: Tensor,
      b: Tensor,
      { beta = 1, alpha = 1 }: { beta?: number; alpha?: number } = {},
    ): Tensor => {
      const rest = mul(mv(a, b), alpha);
      return beta === 0 ? rest : add(mul(checkTensor(x), beta), rest);
    },
  );

/** A square matrix n times by itself; its inverse for negative n. @throws ModelError unless n is an integer */
export const matrixPower: (x: Tensor, n: number) => Tensor = composed(
  "matrixPower",
  takes(["x", "n"]),
  (x: Tensor, n: number): Tensor => {
    checkRank(checkFloat(x), "x", 2);
    if (x.shape[0] !== x.shape[1])
      throw new ModelError(`x has shape ${showShape(x.shape)}, expected a square`);
    if (!Number.isInteger(n)) throw new ModelError(`n is ${n}, expected an integer`);
    let base = n < 0 ? inverse(x) : x;
    let out: Tensor | null = null;
    for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) out = out === null ? base : matmul(out, base);
      if (rest > 1) base = matmul(base, base);
    }
    // To the power of 0 every matrix is the identity, with a gradient of zeros.
    return out ?? add(mul(x, 0), identity(x));
  },
);

function identity(like: Tensor): Tensor {
  const [n = 0] = like.shape;
  const values = Float64Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) === i % n ? 1 : 0));
  return cast(fromValues(values, [n, n], "float64"), like.dtype);
}

/** The norm of x − y over all elements; p is 2 when left out. */
export const dist: (
  ...args: Widest<
    [x: Tensor, y: Tensor, options?: { p?: number }],
    [x: Tensor, y: Tensor, ...Positions<[p?: number], { p?: number }>]
  >
) => Tensor = composed(
  "dist",
  takes(["x", "y"], { p: number }),
  (x: Tensor, y: Tensor, { p = 2 }: { p?: number } = {}) =>
    norm(sub(checkTensor(x), checkTensor(y, "y")), { ord: p }),
);
