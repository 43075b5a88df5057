/** Products by the shapes that they take: mm, mv, bmm, addmm, baddbmm, cross. */

import { ModelError } from "../core/error";
import { dim as dimension, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { normalizeDim, showShape } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkRank, checkTensor } from "./arguments";
import { add, mul, sub } from "./arithmetic";
import { composed } from "./composed";
import { matmul } from "./matmul";
import { roll } from "./rearrange";

type Product = (x: Tensor, y: Tensor) => Tensor;

/** A product for one shape of each factor. */
function product(name: string, rankX: number, rankY: number): Product {
  return composed(name, takes(["x", "y"]), (x: Tensor, y: Tensor) => {
    checkRank(checkTensor(x), "x", rankX);
    checkRank(checkTensor(y, "y"), "y", rankY);
    if (rankX === 3 && x.shape[0] !== y.shape[0]) {
      throw new ModelError(
        `shapes ${showShape(x.shape)} and ${showShape(y.shape)} hold different numbers of matrices`,
      );
    }
    return matmul(x, y);
  });
}

/** The product of two matrices. @throws ModelError for anything else */
export const mm: Product = product("mm", 2, 2);

/** The product of a matrix and a vector. @throws ModelError for anything else */
export const mv: Product = product("mv", 2, 1);

/** The products of two batches of equally many matrices, [items, n, m] and [items, m, p]. */
export const bmm: Product = product("bmm", 3, 3);

/** Factors of the terms in `addmm` and its like. */
export interface ScaledSumOptions {
  /** Factor of the first tensor; 1 when left out. */
  beta?: number;
  /** Factor of the product; 1 when left out. */
  alpha?: number;
}

type ScaledSum = (x: Tensor, a: Tensor, b: Tensor, options?: ScaledSumOptions) => Tensor;

const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor));

function sumWithProduct(name: string, multiply: Product): ScaledSum {
  const signature = takes(["x", "a", "b"], {}, { named: { beta: number, alpha: number } });
  return composed(
    name,
    signature,
    (x: Tensor, a: Tensor, b: Tensor, { beta = 1, alpha = 1 }: ScaledSumOptions = {}): Tensor => {
      const rest = scaled(multiply(a, b), alpha);
      // As in PyTorch, what is multiplied by 0 does not count, not even NaN.
      return beta === 0 ? rest : add(scaled(checkTensor(x), beta), rest);
    },
  );
}

/** beta x + alpha a b with matrices a and b; x broadcasts. */
export const addmm: ScaledSum = sumWithProduct("addmm", mm);

/** beta x + alpha a b with batches of matrices a and b; x broadcasts. */
export const baddbmm: ScaledSum = sumWithProduct("baddbmm", bmm);

/** What `cross` takes besides its vectors. */
export interface CrossOptions {
  /** The dimension of size 3; the first of that size when left out. */
  dim?: number;
}

/**
 * The cross product of vectors along a dimension of size 3.
 * @throws ModelError when there is none
 */
export const cross: (
  ...args: Widest<
    [x: Tensor, y: Tensor, options?: CrossOptions],
    [x: Tensor, y: Tensor, ...Positions<[dim?: number], CrossOptions>]
  >
) => Tensor = composed(
  "cross",
  takes(["x", "y"], { dim: dimension }),
  (x: Tensor, y: Tensor, { dim }: CrossOptions = {}): Tensor => {
    const [{ shape }, other] = [checkTensor(x), checkTensor(y, "y")];
    const along = dim === undefined ? shape.indexOf(3) : normalizeDim(dim, x.ndim);
    const from = along - x.ndim;
    if (shape[along] !== 3 || other.shape.at(from) !== 3) {
      throw new ModelError(
        `shapes are ${showShape(shape)} and ${showShape(other.shape)}, expected a dimension of size 3`,
      );
    }
    const turned = (each: Tensor, by: number) => roll(each, by, { dim: from });
    return sub(mul(turned(x, -1), turned(y, -2)), mul(turned(x, -2), turned(y, -1)));
  },
);
