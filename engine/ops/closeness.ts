/** Whether tensors hold the same, exactly or nearly. */

import { flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { sameShape } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkTensor } from "./arguments";
import { abs, add, mul, sub } from "./arithmetic";
import { eq, isfinite, isnan, le, logicalAnd, logicalOr } from "./comparison";
import { composed } from "./composed";

/** How near two numbers are that count as equal: |x − y| ≤ atol + rtol · |y|. */
export interface CloseOptions {
  /** The difference allowed as a part of |y|; 1e-5 when left out. */
  rtol?: number;
  /** The difference allowed besides; 1e-8 when left out. */
  atol?: number;
  /** Whether NaN is close to NaN; false when left out. */
  equalNan?: boolean;
}

type Close<R> = (
  ...args: Widest<
    [x: Tensor, y: Tensor, options?: CloseOptions],
    [x: Tensor, y: Tensor, ...Positions<[rtol?: number, atol?: number, equalNan?: boolean], CloseOptions>]
  >
) => R;

const takesTolerances = takes(["x", "y"], { rtol: number, atol: number, equalNan: flag });

/** |x − y| ≤ atol + rtol |y|, element by element. */
export const isclose: Close<Tensor> = composed(
  "isclose",
  takesTolerances,
  (x: Tensor, y: Tensor, { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions = {}): Tensor => {
    const bound = add(mul(abs(checkTensor(y, "y")), rtol), atol);
    const near = logicalAnd(isfinite(y), le(abs(sub(checkTensor(x), y)), bound));
    const same = logicalOr(near, eq(x, y));
    return equalNan ? logicalOr(same, logicalAnd(isnan(x), isnan(y))) : same;
  },
);

/** Whether all elements are close, as JavaScript's true or false. */
export const allclose: Close<boolean> = composed(
  "allclose",
  takesTolerances,
  (x: Tensor, y: Tensor, options?: CloseOptions): boolean =>
    isclose(x, y, options).data.every((each) => each !== 0),
);

/** Whether shapes and all elements are the same, as JavaScript's true or false. NaN is not the same as NaN. */
export const equal: (x: Tensor, y: Tensor) => boolean = composed(
  "equal",
  takes(["x", "y"]),
  (x: Tensor, y: Tensor): boolean =>
    sameShape(checkTensor(x).shape, checkTensor(y, "y").shape) &&
    x.data.every((value, i) => value === y.data[i]),
);
