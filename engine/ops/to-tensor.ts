/** Arguments as tensors: numbers beside tensors, integers where only floating point will do. */
import { describeValue } from "../core/describe";
import { getDefaultDtype, isFloat, roundTo } from "../core/dtype";
import { ModelError } from "../core/error";
import { isTensor, Tensor, type TensorLike } from "../core/tensor";
import type { Elementwise } from "../kernels/kernels";
import { mapElements } from "./map-elements";

/** A number as a tensor without dimensions that does not widen `beside`; a tensor as it is. */
export function toTensor(value: TensorLike, beside?: TensorLike, argument = "x"): Tensor {
  if (isTensor(value)) return value;
  if (typeof value !== "number") {
    throw new ModelError(
      `${argument} is ${describeValue(value)}, expected a tensor or a number`,
      isTextOfTensor(value)
        ? { hint: "operators do not compute with tensors: write add(x, y) for x + y" }
        : {},
    );
  }
  const other = isTensor(beside) ? beside.dtype : getDefaultDtype();
  const dtype = isFloat(other) ? other : Number.isInteger(value) ? "int32" : getDefaultDtype();
  return new Tensor(roundTo(dtype, value), [], dtype);
}

/** What JavaScript makes of `x + y`: a text that begins with the text of a tensor, or has one in it. */
function isTextOfTensor(value: unknown): boolean {
  return typeof value === "string" && /Tensor\(\[[\d, ]*\], /.test(value);
}

const cast: Elementwise = { name: "cast", expr: "x" };

/** An integer tensor as the default floating-point type, for functions that have no integer result. */
export function floating(x: Tensor): Tensor {
  if (isFloat(x.dtype)) return x;
  return mapElements(cast, [x], {}, getDefaultDtype());
}
