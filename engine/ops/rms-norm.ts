/** Normalisation by the root of the mean square. */

import { ModelError } from "../core/error";
import { integers, number } from "../core/kinds";
import type { Widest } from "../core/op-function";
import { type Shape, sameShape, showShape } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat } from "./arguments";
import { add, mul } from "./arithmetic";
import { composed } from "./composed";
import { mean } from "./mean";
import { rsqrt } from "./powers";

/** What `rmsNorm` takes besides its tensors. */
export interface RmsNormOptions {
  /** The last dimensions, over which the mean is taken. */
  normalizedShape: number | Shape;
  /** Added to the mean square; the distance from 1 to the next number of x's type when left out. */
  eps?: number;
}

/** x / √(mean x² + eps) over the last dimensions, then · weight, of these dimensions' shape. Zhang and Sennrich (2019). */
export const rmsNorm: (
  ...args: Widest<
    Widest<
      [x: Tensor, options: RmsNormOptions],
      [x: Tensor, weight: Tensor | null | undefined, options: RmsNormOptions]
    >,
    [
      x: Tensor,
      normalizedShape: number | Shape | Tensor | null | undefined | RmsNormOptions,
      weight?: Tensor | null | RmsNormOptions,
      eps?: number | null,
    ]
  >
) => Tensor = composed(
  "rmsNorm",
  takes(
    ["x", "weight"],
    { normalizedShape: integers, eps: number },
    { pytorch: ["x", "normalizedShape", "weight", "eps"] },
  ),
  (x: Tensor, weight: Tensor | null | undefined, options?: RmsNormOptions): Tensor => {
    const shape = [options?.normalizedShape ?? []].flat();
    const tail = checkFloat(x).shape.slice(x.ndim - shape.length);
    if (shape.length === 0 || !sameShape(shape, tail)) {
      throw new ModelError(
        `normalizedShape is ${JSON.stringify(options?.normalizedShape)}, expected the last sizes of x, shape ${showShape(x.shape)}`,
      );
    }
    if (weight && !sameShape(checkFloat(weight, "weight").shape, shape)) {
      throw new ModelError(`weight has shape ${showShape(weight.shape)}, expected ${showShape(shape)}`);
    }
    const eps = options?.eps ?? (x.dtype === "float64" ? 2 ** -52 : 2 ** -23);
    const dim = shape.map((_, i) => x.ndim - shape.length + i);
    const scaled = mul(x, rsqrt(add(mean(mul(x, x), { dim, keepdim: true }), eps)));
    return weight ? mul(scaled, weight) : scaled;
  },
) as never;
