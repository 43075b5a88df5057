/** Class indices as targets of losses: which dimension holds the classes, and whether the indices fit. */
import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { type Shape, showShape } from "../core/shape";
import { Tensor } from "../core/tensor";

/** How elements of a loss's input lie: `outer` × `classes` × `inner`. */
export interface ClassLayout {
  readonly dim: number;
  readonly outer: number;
  readonly classes: number;
  readonly inner: number;
  /** The input's shape without its classes. */
  readonly rows: Shape;
}

/** Classes are in dimension 1, or 0 for a single item. @throws ModelError for a tensor without dimensions */
export function classLayout(x: Tensor): ClassLayout {
  if (x.ndim === 0) {
    throw new ModelError("x has no dimensions, expected [classes], [items, classes] or [items, classes, …]");
  }
  const dim = x.ndim === 1 ? 0 : 1;
  const classes = x.shape[dim] as number;
  const outer = dim === 0 ? 1 : (x.shape[0] as number);
  const inner = classes * outer === 0 ? 1 : x.size / (classes * outer);
  return { dim, outer, classes, inner, rows: x.shape.filter((_, i) => i !== dim) };
}

/**
 * The target as int32 class indices. Whole numbers in a floating-point tensor are accepted, because a tensor made
 * from plain numbers is float32.
 * @throws ModelError for a wrong shape and for an index that is no class
 */
export function checkClasses(target: Tensor, layout: ClassLayout, ignoreIndex?: number): Tensor {
  const { rows, classes } = layout;
  if (target.ndim !== rows.length || target.shape.some((n, i) => n !== rows[i])) {
    throw new ModelError(`target has shape ${showShape(target.shape)}, expected ${showShape(rows)}`);
  }
  for (let i = 0; i < target.size; i++) {
    const t = target.data[i] as number;
    if (Number.isInteger(t) && ((t >= 0 && t < classes) || t === ignoreIndex)) continue;
    throw new ModelError(
      `target holds ${t} at position ${i}, expected a class from 0 to ${classes - 1}${ignoreIndex === undefined ? "" : `, or ${ignoreIndex} to ignore it`}`,
      Number.isInteger(t) ? {} : { hint: "a target of probabilities has the shape of x" },
    );
  }
  return isFloat(target.dtype) ? new Tensor(Int32Array.from(target.data), target.shape, "int32") : target;
}

/** @throws ModelError unless there is one weight per class */
export function checkClassWeights(weight: Tensor | undefined, { classes }: ClassLayout): void {
  if (weight === undefined || (weight.ndim === 1 && weight.size === classes)) return;
  throw new ModelError(
    `weight has shape ${showShape(weight.shape)}, expected [${classes}], one weight per class`,
  );
}
