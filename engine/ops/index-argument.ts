/** Checks tensors of indices. */

import { describeValue } from "../core/describe";
import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { isTensor, Tensor } from "../core/tensor";

/**
 * The tensor as int32 indices below `bound`. Whole numbers in a floating-point tensor are accepted, because a tensor
 * made from plain numbers is float32.
 * @throws ModelError for a value that is no index
 */
export function checkIndex(index: Tensor | undefined, bound: number, name = "index"): Tensor {
  if (!isTensor(index)) throw new ModelError(`${name} is ${describeValue(index)}, expected a tensor`);
  if (index.dtype === "bool") throw new ModelError(`${name} has type bool, expected int32`);
  const { data } = index;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (v >= 0 && v < bound && Number.isInteger(v)) continue;
    throw new ModelError(`${name} holds ${v} at position ${i}, expected an integer from 0 to ${bound - 1}`);
  }
  return isFloat(index.dtype) ? new Tensor(Int32Array.from(index.data), index.shape, "int32") : index;
}
