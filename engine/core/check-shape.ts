/** Whether something is a shape. */
import { showValue } from "./describe";
import { ModelError } from "./error";
import type { Shape } from "./shape";
import { isTensor } from "./tensor";

/** As many dimensions as NumPy's arrays have at most. */
export const LARGEST_RANK = 64;

/** Throws unless every entry is a size: an integer of at least 0; and unless there are few enough. */
export function checkShape(shape: Shape, argument = "shape"): Shape {
  if (Array.isArray(shape) && shape.length > LARGEST_RANK) {
    throw new ModelError(`${argument} has ${shape.length} dimensions, expected at most ${LARGEST_RANK}`);
  }
  if (!Array.isArray(shape) || shape.some((n) => !Number.isInteger(n) || n < 0)) {
    const hint = isTensor(shape) ? { hint: "zerosLike(x), onesLike(x) and randnLike(x) take a tensor" } : {};
    throw new ModelError(
      `${argument} is ${showValue(shape)}, expected an array of sizes (integers of at least 0)`,
      hint,
    );
  }
  return shape;
}
