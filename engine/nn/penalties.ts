/** Penalties on weights, to be added to a loss. */

import { ModelError } from "../core/error";
import type { Tensor } from "../core/tensor";
import { abs, add, square } from "../ops/arithmetic";
import { sum } from "../ops/broadcast";

function total(parameters: Iterable<Tensor>, each: (p: Tensor) => Tensor): Tensor {
  const parts = [...parameters].map((p) => sum(each(p)));
  if (parts.length === 0) throw new ModelError("found no parameters, expected at least one");
  return parts.reduce((a, b) => add(a, b));
}

/** Σ |p| over all elements of the parameters. */
export function l1Penalty(parameters: Iterable<Tensor>): Tensor {
  return total(parameters, abs);
}

/** Σ p² over all elements of the parameters. */
export function l2Penalty(parameters: Iterable<Tensor>): Tensor {
  return total(parameters, square);
}
