/** Sums of weighted tensors, and functions named after what they are made of: lerp, addcmul, softmin, floorDivide. */

import { isFloat } from "../core/dtype";
import { dim as dimension, dims, flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import { checkTensor } from "./arguments";
import { add, div, mul, neg, sub } from "./arithmetic";
import { sum } from "./broadcast";
import { cast } from "./cast";
import { isnan, logicalNot } from "./comparison";
import { composed } from "./composed";
import { mean } from "./mean";
import { type Reduce, type ReduceOptions, takesDims } from "./reducing";
import { floor } from "./rounding";
import { clamp, where } from "./select";
import { type DimOptions, softmax } from "./softmax";
import { std, type VarOptions, variances } from "./statistics";
import { toTensor } from "./to-tensor";

/** x + weight (y − x): from x at 0 to y at 1. */
export const lerp: (x: Tensor, y: Tensor, weight: TensorLike) => Tensor = composed(
  "lerp",
  takes(["x", "y", "weight"]),
  (x: Tensor, y: Tensor, weight: TensorLike): Tensor =>
    add(checkTensor(x), mul(toTensor(weight, x, "weight"), sub(checkTensor(y, "y"), x))),
);

/** What `addcmul` and `addcdiv` take besides their tensors. */
export interface ScaleOptions {
  /** Factor of what is added; 1 when left out. */
  value?: number;
}

type AddScaled = (x: Tensor, a: Tensor, b: Tensor, options?: ScaleOptions) => Tensor;

function addScaled(name: string, join: (a: Tensor, b: Tensor) => Tensor): AddScaled {
  return composed(
    name,
    takes(["x", "a", "b"], {}, { named: { value: number } }),
    (x: Tensor, a: Tensor, b: Tensor, { value = 1 }: ScaleOptions = {}): Tensor =>
      add(checkTensor(x), mul(join(checkTensor(a, "a"), checkTensor(b, "b")), value)),
  );
}

/** x + value · a b, element by element. */
export const addcmul: AddScaled = addScaled("addcmul", mul);

/** x + value · a / b, element by element. */
export const addcdiv: AddScaled = addScaled("addcdiv", div);

/** ⌊x / y⌋; whole numbers stay int32. */
export const floorDivide: (x: TensorLike, y: TensorLike) => Tensor = composed(
  "floorDivide",
  takes(["x", "y"]),
  (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = [toTensor(x, y, "x"), toTensor(y, x, "y")];
    const out = floor(div(a, b));
    return isFloat(a.dtype) || isFloat(b.dtype) ? out : cast(out, "int32");
  },
);

/** Softmax of −x along a dimension. */
export const softmin: (
  ...args: Widest<
    [x: TensorLike, options: DimOptions],
    [x: TensorLike, ...Positions<[dim: number], DimOptions>]
  >
) => Tensor = composed(
  "softmin",
  takes(["x"], { dim: dimension }),
  (x: TensorLike, options: DimOptions): Tensor => softmax(neg(x), options),
);

type Bound = (x: TensorLike, bound: number) => Tensor;

/** x, but at least `min`. */
export const clampMin: Bound = composed(
  "clampMin",
  takes(["x"], { min: number }),
  (x: TensorLike, options: { min?: number }) => clamp(x, options),
) as never;

/** x, but at most `max`. */
export const clampMax: Bound = composed(
  "clampMax",
  takes(["x"], { max: number }),
  (x: TensorLike, options: { max?: number }) => clamp(x, options),
) as never;

/** The sum over dimensions of what is not NaN. */
export const nansum: (...args: Parameters<Reduce>) => Tensor = composed(
  "nansum",
  takesDims,
  (x: TensorLike, options?: ReduceOptions): Tensor => sum(withoutNaN(toTensor(x)), options),
);

/** The mean over dimensions of what is not NaN; NaN where nothing is left. */
export const nanmean: (...args: Parameters<Reduce>) => Tensor = composed(
  "nanmean",
  takesDims,
  (x: TensorLike, options?: ReduceOptions): Tensor => {
    const input = toTensor(x);
    const counts = sum(cast(logicalNot(isnan(input)), input.dtype), options);
    return div(sum(withoutNaN(input), options), counts);
  },
);

const withoutNaN = (x: Tensor): Tensor => where(isnan(x), 0, x);

type Pair = [spread: Tensor, mean: Tensor];
type Spread = (
  ...args: Widest<
    [x: TensorLike, options?: VarOptions],
    [x: TensorLike, ...Positions<[dim?: number | readonly number[] | null], VarOptions>]
  >
) => Pair;

function withMean(name: string, spread: (x: TensorLike, options?: VarOptions) => Tensor): Spread {
  return composed(
    name,
    takes(["x"], { dim: dims }, { named: { keepdim: flag, correction: number } }),
    (x: TensorLike, options: VarOptions = {}): Pair => {
      const { correction: _, ...rest } = options;
      return [spread(x, options), mean(x, rest)];
    },
  );
}

/** Variance and mean over dimensions. */
export const varMean: Spread = withMean("varMean", variances);

/** Standard deviation and mean over dimensions. */
export const stdMean: Spread = withMean("stdMean", std);
