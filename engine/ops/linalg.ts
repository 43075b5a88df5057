/** Matrices as linear maps: determinant, inverse, solutions of systems, Cholesky's factor; batches in front. */

import { describeValue } from "../core/describe";
import { allocate, isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { defineOp, type OpFunction } from "../core/op";
import { showShape, sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import { isTensor, Tensor } from "../core/tensor";
import { add, mul, neg, sub } from "./arithmetic";
import { broadcastLike, expand, sum, sumTo } from "./broadcast";
import { identity } from "./linear";
import { factorise, solveWith } from "./lu";
import { matmulTransposed } from "./matmul";
import { where } from "./select";
import { tril } from "./triangle";
import { reshape, transpose } from "./view";

/** Checks for square matrices of floating point in the last two dimensions. */
function checkSquare(x: unknown, argument = "x"): Tensor {
  if (!isTensor(x)) throw new ModelError(`${argument} is ${describeValue(x)}, expected a tensor`);
  const [n, m] = x.shape.slice(-2);
  if (n === undefined || m === undefined || n !== m) {
    throw new ModelError(`${argument} has shape ${showShape(x.shape)}, expected square matrices [..., n, n]`);
  }
  if (!isFloat(x.dtype)) throw new ModelError(`${argument} has type ${x.dtype}, expected float32 or float64`);
  return x;
}

const order = (x: Tensor) => x.shape[x.ndim - 1] as number;
const turned = (x: Tensor) => transpose(x, -1, -2);
const product = (x: Tensor, y: Tensor) => matmulTransposed(x, y);
/** The matrices of x, one after the other. */
const matrices = (x: Tensor) => {
  const n = order(x);
  const count = sizeOf(x.shape.slice(0, -2));
  return Array.from({ length: count }, (_, b) =>
    Float64Array.from(x.data.subarray(b * n * n, (b + 1) * n * n)),
  );
};
const scalarPerMatrix = (x: Tensor) => reshape(x, [...x.shape, 1, 1]);

/** det x · x⁻ᵀ, also for a matrix that has no inverse: cofactor i, j is the determinant with row i replaced by eⱼ. */
function cofactors(x: Tensor, out: Tensor): Tensor {
  const n = order(x);
  if (!out.data.includes(0)) return mul(scalarPerMatrix(out), turned(inverse(x)));
  const batch = x.shape.slice(0, -2);
  const row = reshape(identity(n, n, "bool"), [n, 1, n, 1]);
  const unit = reshape(identity(n, n, x.dtype), [1, n, 1, n]);
  const full = [...batch, n, n, n, n];
  const replaced = where(row, unit, reshape(x, [...batch, 1, 1, n, n]));
  return det(expand(replaced, full));
}

/** Determinant. */
export const det: OpFunction<[x: Tensor]> = defineOp({
  name: "det",
  takes: takes(["x"]),
  role: "contracts",
  label: "det x",
  formula: "\\bar{x} = \\bar{o} \\, o \\, x^{-T}",
  args: (x) => ({ inputs: [checkSquare(x)], attrs: {} }),
  forward([x]) {
    const input = x as Tensor;
    const out = allocate(input.dtype, sizeOf(input.shape.slice(0, -2)));
    matrices(input).forEach((matrix, b) => {
      out[b] = factorise(matrix, order(input)).determinant;
    });
    return new Tensor(out, input.shape.slice(0, -2), input.dtype);
  },
  vjp: [(g, { x, out }) => mul(scalarPerMatrix(g), cofactors(x, out))],
  jvp: [(t, { x, out }) => sum(mul(t, cofactors(x, out)), { dim: [-2, -1] })],
  samples: (r) => [[r.uniform([3, 3])], [r.uniform([2, 2, 2])], [r.full([2, 2], 1)], [r.full([2, 2], 0)]],
});

/** Inverse matrix. @throws ModelError when there is none */
export const inverse: OpFunction<[x: Tensor]> = defineOp({
  name: "inverse",
  takes: takes(["x"]),
  role: "contracts",
  label: "x⁻¹",
  formula: "\\bar{x} = -o^T \\, \\bar{o} \\, o^T",
  args: (x) => ({ inputs: [checkSquare(x)], attrs: {} }),
  forward: ([x]) =>
    solved(x as Tensor, identity(order(x as Tensor), order(x as Tensor), (x as Tensor).dtype)),
  vjp: [(g, { out }) => neg(product(turned(out), product(g, turned(out))))],
  jvp: [(t, { out }) => neg(product(out, product(t, out)))],
  samples: (r) => [
    [diagonallyHeavy(r.uniform([3, 3], -1, 1))],
    [diagonallyHeavy(r.uniform([2, 2, 2], -1, 1))],
  ],
});

/** Samples far from a singular matrix. */
function diagonallyHeavy(x: Tensor): Tensor {
  const n = order(x);
  for (let i = 0; i < x.size; i++) if ((i % (n * n)) % (n + 1) === 0) x.data[i] = (x.data[i] as number) + 3;
  return x;
}

/** Solves x z = y for each matrix of a batch; y has columns, one matrix of them may serve all. */
function solved(x: Tensor, y: Tensor): Tensor {
  const n = order(x);
  const batch = x.shape.slice(0, -2);
  const columns = y.shape[y.ndim - 1] as number;
  const right = broadcastLike(y, { shape: [...batch, n, columns] });
  const out = allocate(x.dtype, right.size);
  matrices(x).forEach((matrix, b) => {
    const factors = factorise(matrix, n);
    if (factors.determinant === 0) {
      throw new ModelError(
        "the matrix has no inverse: its rows depend on each other, expected independent ones",
      );
    }
    const start = b * n * columns;
    solveWith(
      factors,
      right.data.subarray(start, start + n * columns),
      out.subarray(start, start + n * columns),
    );
  });
  return new Tensor(out, [...batch, n, columns], x.dtype);
}

/** z with x z = y: x of shape [..., n, n], y of shape [..., n, columns], or [n] for one column. */
export const solve: OpFunction<[x: Tensor, y: Tensor]> = defineOp({
  name: "solve",
  takes: takes(["x", "y"]),
  role: "contracts",
  label: "x⁻¹ y",
  formula: "\\bar{y} = x^{-T} \\bar{o}, \\quad \\bar{x} = -\\bar{y} \\, o^T",
  args(x, y) {
    const matrix = checkSquare(x);
    if (!isTensor(y)) throw new ModelError(`y is ${describeValue(y)}, expected a tensor`);
    const rows = y.ndim === 1 ? y.size : y.shape[y.ndim - 2];
    if (rows !== order(matrix)) {
      throw new ModelError(
        `y has shape ${showShape(y.shape)}, expected [${order(matrix)}, columns] for x of shape ${showShape(x.shape)}`,
      );
    }
    return { inputs: [matrix, y], attrs: {} };
  },
  forward([x, y]) {
    const [a, b] = [x as Tensor, y as Tensor];
    return b.ndim === 1 ? asVector(solved(a, asColumn(b, true))) : solved(a, b);
  },
  vjp: [
    (g, { x, y, out }) => {
      const columns = asColumn(solve(turned(x), g), y.ndim === 1);
      return neg(matmulTransposed(columns, asColumn(out, y.ndim === 1), { transY: true }));
    },
    (g, { x, y }) => (y.ndim === 1 && x.ndim === 2 ? solve(turned(x), g) : sumTo(solve(turned(x), g), y)),
  ],
  jvp: [
    (t, { x, y, out }) => {
      const moved = product(t, asColumn(out, y.ndim === 1));
      return neg(solve(x, y.ndim === 1 ? asVector(moved) : moved));
    },
    (t, { x }) => solve(x, t),
  ],
  samples: (r) => [
    [diagonallyHeavy(r.uniform([3, 3], -1, 1)), r.uniform([3, 2])],
    [diagonallyHeavy(r.uniform([2, 2], -1, 1)), r.uniform([2])],
    [diagonallyHeavy(r.uniform([2, 2, 2], -1, 1)), r.uniform([2, 2, 1])],
  ],
});

const asColumn = (x: Tensor, isVector: boolean) => (isVector ? reshape(x, [...x.shape, 1]) : x);
const asVector = (x: Tensor) => reshape(x, x.shape.slice(0, -1));

/** The lower triangle with half its diagonal: what Cholesky's derivative keeps of a symmetric matrix. */
function halfTriangle(x: Tensor): Tensor {
  return sub(tril(x), mul(x, mul(identity(order(x), order(x), x.dtype), 0.5)));
}

const symmetric = (x: Tensor) => mul(add(x, turned(x)), 0.5);

/** The lower triangular L with L Lᵀ = x, of the symmetric part of x. @throws ModelError unless x is positive definite */
export const cholesky: OpFunction<[x: Tensor]> = defineOp({
  name: "cholesky",
  takes: takes(["x"]),
  role: "contracts",
  label: "chol x",
  formula: "\\bar{x} = L^{-T} \\, \\Phi(L^T \\bar{L}) \\, L^{-1}",
  args: (x) => ({ inputs: [checkSquare(x)], attrs: {} }),
  forward([x]) {
    const even = symmetric(x as Tensor);
    const n = order(even);
    const out = allocate(even.dtype, even.size);
    matrices(even).forEach((matrix, b) => {
      choleskyInto(matrix, out.subarray(b * n * n, (b + 1) * n * n), n);
    });
    return new Tensor(out, even.shape, even.dtype);
  },
  vjp: [
    (g, { out }) => {
      const back = turned(inverse(out));
      const inner = halfTriangle(product(turned(out), g));
      return symmetric(product(back, product(inner, turned(back))));
    },
  ],
  jvp: [
    (t, { out }) => {
      const lower = inverse(out);
      return product(out, halfTriangle(product(lower, product(symmetric(t), turned(lower)))));
    },
  ],
  samples: (r) => [
    [diagonallyHeavy(r.uniform([3, 3], -1, 1))],
    [diagonallyHeavy(r.uniform([2, 2, 2], -1, 1))],
  ],
});

function choleskyInto(x: Float64Array, out: Tensor["data"], n: number): void {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = x[i * n + j] as number;
      for (let k = 0; k < j; k++) rest -= (lower[i * n + k] as number) * (lower[j * n + k] as number);
      if (i === j && !(rest > 0)) {
        throw new ModelError(`the matrix is not positive definite: pivot ${i} is ${rest}, expected above 0`);
      }
      lower[i * n + j] = i === j ? Math.sqrt(rest) : rest / (lower[j * n + j] as number);
    }
  }
  out.set(lower);
}
