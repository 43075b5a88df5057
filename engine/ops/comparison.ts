/** Comparisons and logic: booleans, through which no gradient passes. */

import { defineOp, type OpFunction } from "../core/op";
import type { Sampler } from "../core/sampler";
import { takes } from "../core/signature";
import type { TensorLike } from "../core/tensor";
import type { Binary, Unary } from "./elementwise";
import { mapElements } from "./map-elements";
import { toTensor } from "./to-tensor";

/** A function of elements whose result is true or false. */
function predicate<P extends [TensorLike] | [TensorLike, TensorLike]>(
  name: string,
  arity: P["length"],
  expr: string,
  label: string,
  samples: (r: Sampler) => readonly [P, ...P[]],
): OpFunction<P> {
  const kernel = { name, expr, gpu: null };
  return defineOp<P, object>({
    name,
    takes: takes(arity === 1 ? ["x"] : ["x", "y"]),
    role: "stops",
    label,
    formula: "\\bar{x} = 0",
    args(...values: P) {
      const [x, y] = values;
      const inputs = arity === 1 ? [toTensor(x)] : [toTensor(x, y, "x"), toTensor(y as TensorLike, x, "y")];
      return { inputs, attrs: {} };
    },
    forward: (inputs) => mapElements(kernel, inputs, {}, "bool"),
    vjp: [],
    jvp: [],
    samples,
  });
}

const two = (r: Sampler): [[TensorLike, TensorLike]] => [[r.uniform([2, 3]), r.uniform([3])]];
const one = (r: Sampler): [[TensorLike]] => [[r.uniform([2, 3])]];

/** Whether x = y, element by element: booleans, which no gradient passes. Shapes broadcast, as `torch.eq`. */
export const eq: Binary = predicate("eq", 2, "x === y ? 1 : 0", "x = y", two);
/** Whether x ≠ y, element by element: booleans, which no gradient passes. Shapes broadcast, as `torch.ne`. */
export const ne: Binary = predicate("ne", 2, "x !== y ? 1 : 0", "x ≠ y", two);
/** Whether x < y, element by element: booleans, which no gradient passes. Shapes broadcast, as `torch.lt`. */
export const lt: Binary = predicate("lt", 2, "x < y ? 1 : 0", "x < y", two);
/** Whether x ≤ y, element by element: booleans, which no gradient passes. Shapes broadcast, as `torch.le`. */
export const le: Binary = predicate("le", 2, "x <= y ? 1 : 0", "x ≤ y", two);
/** Whether x > y, element by element: booleans, which no gradient passes. Shapes broadcast, as `torch.gt`. */
export const gt: Binary = predicate("gt", 2, "x > y ? 1 : 0", "x > y", two);
/** Whether x ≥ y, element by element: booleans, which no gradient passes. Shapes broadcast, as `torch.ge`. */
export const ge: Binary = predicate("ge", 2, "x >= y ? 1 : 0", "x ≥ y", two);

/** Whether neither x nor y is 0, element by element: booleans. Shapes broadcast, as `torch.logical_and`. */
export const logicalAnd: Binary = predicate("logicalAnd", 2, "x !== 0 && y !== 0 ? 1 : 0", "x ∧ y", two);
/** Whether x or y is not 0, element by element: booleans. Shapes broadcast, as `torch.logical_or`. */
export const logicalOr: Binary = predicate("logicalOr", 2, "x !== 0 || y !== 0 ? 1 : 0", "x ∨ y", two);
/** Whether one of x and y is 0 and the other is not: booleans. Shapes broadcast, as `torch.logical_xor`. */
export const logicalXor: Binary = predicate("logicalXor", 2, "(x !== 0) !== (y !== 0) ? 1 : 0", "x ⊕ y", two);
/** Whether x is 0, element by element: booleans, as `torch.logical_not`. */
export const logicalNot: Unary = predicate("logicalNot", 1, "x === 0 ? 1 : 0", "¬x", one);
/** Whether x is NaN, element by element: booleans, as `torch.isnan`. */
export const isnan: Unary = predicate("isnan", 1, "x !== x ? 1 : 0", "x is NaN", one);
/** Whether x is ∞ or −∞, element by element: booleans, as `torch.isinf`. */
export const isinf: Unary = predicate("isinf", 1, "x === x && x - x !== 0 ? 1 : 0", "|x| = ∞", one);
/** Whether x is neither infinite nor NaN, element by element: booleans, as `torch.isfinite`. */
export const isfinite: Unary = predicate("isfinite", 1, "x - x === 0 ? 1 : 0", "|x| < ∞", one);
