/** Comparisons and logic: booleans, through which no gradient passes. */
import { ModelError } from "../error";
import { defineOp, type OpFunction } from "../op";
import type { Sampler } from "../sampler";
import type { Tensor, TensorLike } from "../tensor";
import { type Binary, mapElements, toTensor, type Unary } from "./elementwise";

/** A function of elements whose result is true or false. */
function predicate<P extends [TensorLike] | [TensorLike, TensorLike]>(
  name: string,
  expr: string,
  label: string,
  samples: (r: Sampler) => readonly [P, ...P[]],
): OpFunction<P> {
  const kernel = { name, expr, gpu: null };
  return defineOp<P, object>({
    name,
    role: "stops",
    label,
    formula: "\\bar{x} = 0",
    args(...values: P) {
      const [x, y] = values;
      const inputs = y === undefined && values.length < 2 ? [toTensor(x)] : pair(x, y);
      return { inputs, attrs: {} };
    },
    forward: (inputs) => mapElements(kernel, inputs, {}, "bool"),
    vjp: [],
    jvp: [],
    samples,
  });
}

function pair(x: TensorLike, y: TensorLike | undefined): Tensor[] {
  if (y === undefined) throw new ModelError("y is missing, expected a tensor or a number");
  return [toTensor(x, y, "x"), toTensor(y, x, "y")];
}

const two = (r: Sampler): [[TensorLike, TensorLike]] => [[r.uniform([2, 3]), r.uniform([3])]];
const one = (r: Sampler): [[TensorLike]] => [[r.uniform([2, 3])]];

export const eq: Binary = predicate("eq", "x === y ? 1 : 0", "x = y", two);
export const ne: Binary = predicate("ne", "x !== y ? 1 : 0", "x ≠ y", two);
export const lt: Binary = predicate("lt", "x < y ? 1 : 0", "x < y", two);
export const le: Binary = predicate("le", "x <= y ? 1 : 0", "x ≤ y", two);
export const gt: Binary = predicate("gt", "x > y ? 1 : 0", "x > y", two);
export const ge: Binary = predicate("ge", "x >= y ? 1 : 0", "x ≥ y", two);

export const logicalAnd: Binary = predicate("logicalAnd", "x !== 0 && y !== 0 ? 1 : 0", "x ∧ y", two);
export const logicalOr: Binary = predicate("logicalOr", "x !== 0 || y !== 0 ? 1 : 0", "x ∨ y", two);
export const logicalXor: Binary = predicate("logicalXor", "(x !== 0) !== (y !== 0) ? 1 : 0", "x ⊕ y", two);
export const logicalNot: Unary = predicate("logicalNot", "x === 0 ? 1 : 0", "¬x", one);
export const isnan: Unary = predicate("isnan", "x !== x ? 1 : 0", "x is NaN", one);
export const isfinite: Unary = predicate("isfinite", "x - x === 0 ? 1 : 0", "|x| < ∞", one);
