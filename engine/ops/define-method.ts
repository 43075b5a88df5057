/** How functions become methods of tensors. */
import { showValue } from "../core/describe";
import { ModelError } from "../core/error";
import { Tensor } from "../core/tensor";

type Method = (x: Tensor, ...rest: never[]) => unknown;

/**
 * Makes `f(x, …)` the method `x.name(…)`.
 * @param most arguments behind x; left out for a function that refuses what it does not read by itself
 */
export function defineMethod(
  name: string,
  f: (...args: never[]) => unknown,
  most = Number.POSITIVE_INFINITY,
): void {
  const call = f as Method;
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: never[]) {
      if (rest.length > most) {
        throw new ModelError(
          `${name}(): found ${showValue(rest[most])} as argument ${most + 1}, expected ${most === 0 ? "none" : `at most ${most}`}`,
        );
      }
      return call(this, ...rest);
    },
    writable: true,
    configurable: true,
  });
}
