/** Reads the tensors among the arguments of operations, and says what is wrong with them. */

import { describeValue } from "../core/describe";
import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { type Shape, showShape } from "../core/shape";
import { isTensor, type Tensor } from "../core/tensor";

/** An optional tensor among the arguments. */
export type Maybe = Tensor | null | undefined;

/**
 * The leading tensors of a call, the last of which may be left out, and the options after them.
 * @param names names of the tensors, for messages
 * @param required how many of them must be there
 */
export function readArgs<O extends object>(
  args: readonly unknown[],
  names: readonly string[],
  required: number,
): { tensors: (Tensor | undefined)[]; options: O } {
  const tensors = names.map((name, i) => readTensor(args[i], name, i < required));
  return { tensors, options: (args[names.length] ?? {}) as O };
}

function readTensor(value: unknown, name: string, required: boolean): Tensor | undefined {
  if (isTensor(value)) return value;
  if (!required && (value === undefined || value === null)) return undefined;
  throw new ModelError(`${name} is ${describeValue(value)}, expected a tensor`);
}

/** @throws ModelError unless `x` is a tensor */
export function checkTensor(x: unknown, name = "x"): Tensor {
  if (isTensor(x)) return x;
  throw new ModelError(`${name} is ${describeValue(x)}, expected a tensor`);
}

/** @throws ModelError unless `x` is a tensor of float32 or float64 */
export function checkFloat(x: unknown, name = "x"): Tensor {
  const tensor = checkTensor(x, name);
  if (isFloat(tensor.dtype)) return tensor;
  throw new ModelError(`${name} has type ${tensor.dtype}, expected float32 or float64`);
}

/** @throws ModelError unless `x` has as many dimensions as one of `ranks` */
export function checkRank(x: Tensor, name: string, ...ranks: number[]): void {
  if (ranks.includes(x.ndim)) return;
  throw new ModelError(
    `${name} has shape ${showShape(x.shape)}, expected a tensor of ${ranks.join(" or ")} dimensions`,
  );
}

/** @throws ModelError unless `x` has the shape `expected` */
export function checkSameShape(x: Tensor, name: string, expected: Shape): void {
  if (x.ndim === expected.length && x.shape.every((n, i) => n === expected[i])) return;
  throw new ModelError(`${name} has shape ${showShape(x.shape)}, expected ${showShape(expected)}`);
}

/** @throws ModelError unless `value` is an integer of at least `least` */
export function checkInteger(value: unknown, name: string, least = 0): number {
  if (Number.isInteger(value) && (value as number) >= least) return value as number;
  throw new ModelError(`${name} is ${describeValue(value)}, expected an integer of at least ${least}`);
}
