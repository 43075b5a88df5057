/** Tensors of the shape and type of another one. */

import { showValue } from "../core/describe";
import { isFloat, type Values } from "../core/dtype";
import { ModelError } from "../core/error";
import { checkNumber } from "../core/options";
import { generator } from "../core/random";
import { isTensor, type Tensor, zeroFilled } from "../core/tensor";
import { type CreateOptions, creating, makes } from "./creating";

function like(name: string, args: readonly unknown[], fill: (data: Values) => void, random = false): Tensor {
  return creating(name, makes("x"), args, (x: Tensor, { dtype }: CreateOptions = {}) => {
    const out = zeroFilled(checkLike(x).shape, dtype ?? x.dtype);
    if (random && !isFloat(out.dtype)) {
      throw new ModelError(`random values need float32 or float64, found ${out.dtype}`);
    }
    fill(out.data);
    return out;
  });
}

function checkLike(x: unknown): Tensor {
  if (isTensor(x)) return x;
  throw new ModelError(`x is ${showValue(x)}, expected a tensor`);
}

function draw(data: Values, next: () => number): void {
  for (let i = 0; i < data.length; i++) data[i] = next();
}

/** Zeros of x's shape and type. */
export function zerosLike(x: Tensor, options?: CreateOptions): Tensor;
export function zerosLike(...args: unknown[]): Tensor {
  return like("zerosLike", args, () => {});
}

/** Ones of x's shape and type. */
export function onesLike(x: Tensor, options?: CreateOptions): Tensor;
export function onesLike(...args: unknown[]): Tensor {
  return like("onesLike", args, (data) => data.fill(1));
}

/** A tensor of x's shape and type whose content is not to be relied on; it is 0. */
export function emptyLike(x: Tensor, options?: CreateOptions): Tensor;
export function emptyLike(...args: unknown[]): Tensor {
  return like("emptyLike", args, () => {});
}

/** Values uniform in [0, 1) of x's shape and type. @throws ModelError for integers and booleans */
export function randLike(x: Tensor, options?: CreateOptions): Tensor;
export function randLike(...args: unknown[]): Tensor {
  return like("randLike", args, (data) => draw(data, () => generator.uniform()), true);
}

/** Standard normal values of x's shape and type. @throws ModelError for integers and booleans */
export function randnLike(x: Tensor, options?: CreateOptions): Tensor;
export function randnLike(...args: unknown[]): Tensor {
  return like("randnLike", args, (data) => draw(data, () => generator.normal()), true);
}

/** One value in x's shape and type. */
export function fullLike(x: Tensor, value: number, options?: CreateOptions): Tensor;
export function fullLike(...args: unknown[]): Tensor {
  return creating(
    "fullLike",
    makes("x", "value"),
    args,
    (x: Tensor, value: number, { dtype }: CreateOptions = {}) => {
      const out = zeroFilled(checkLike(x).shape, dtype ?? x.dtype);
      out.data.fill(checkNumber(value, "value"));
      return out;
    },
  );
}
