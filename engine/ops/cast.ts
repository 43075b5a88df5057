/** Another element type: the gradient goes back in the type it came from. */

import { type DType, isDType, isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { defineOp, type OpFunction } from "../core/op";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import { mapElements } from "./map-elements";
import { toTensor } from "./to-tensor";

const kernel = { name: "cast", expr: "x" };
const toBool = { name: "toBool", expr: "x !== 0 ? 1 : 0" };

/** The same values as another element type. Floating point to integers cuts off towards zero and stops the gradient. */
export const cast: OpFunction<[x: TensorLike, dtype: DType]> = defineOp({
  name: "cast",
  role: "moves",
  label: "cast x",
  formula: "\\bar{x} = \\bar{o}",
  takes: takes(["x", "dtype"]),
  args(x, dtype) {
    if (isDType(dtype)) return { inputs: [toTensor(x)], attrs: { dtype } };
    throw new ModelError(
      `dtype is ${JSON.stringify(dtype)}, expected "float32", "float64", "int32" or "bool"`,
    );
  },
  forward: ([x], { dtype }) => mapElements(dtype === "bool" ? toBool : kernel, [x as Tensor], {}, dtype),
  vjp: [(g, { x }) => (isFloat(x.dtype) ? cast(g, x.dtype) : g)],
  jvp: [(t, { attrs }) => cast(t, attrs.dtype)],
  samples: (r) => [[r.uniform([2, 3]), "float64"]],
});
