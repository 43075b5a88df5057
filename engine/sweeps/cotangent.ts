/** Where a reverse sweep starts: the checked cotangent of its output. */
import { showValue } from "../core/describe";
import { ModelError } from "../core/error";
import { sameShape, showShape } from "../core/shape";
import { isTensor, Tensor } from "../core/tensor";

/** The cotangent to start from: the one given, or 1 for an output of one element. */
export function checkCotangent(caller: string, output: Tensor, gradient: Tensor | undefined): Tensor {
  if (!isTensor(output)) {
    throw new ModelError(`${caller}(): expected a tensor to differentiate, found ${typeof output}`);
  }
  if (!output.requiresGrad) {
    throw new ModelError(
      `${caller}(): nothing to differentiate: no tensor that this one was computed from requires a gradient`,
      {
        hint: "make a parameter with parameter(…) or tensor(…, { requiresGrad: true })",
      },
    );
  }
  if (gradient === undefined) {
    if (output.size === 1) return new Tensor(output.data.slice().fill(1), output.shape, output.dtype);
    throw new ModelError(
      `${caller}() needs a scalar, or a gradient of the output's shape: found a tensor of shape ${showShape(output.shape)} and no gradient`,
      { hint: "reduce it first, for example with mean() or sum()" },
    );
  }
  if (!isTensor(gradient)) {
    throw new ModelError(`${caller}(): the gradient is ${showValue(gradient)}, expected a tensor`);
  }
  if (!sameShape(gradient.shape, output.shape)) {
    throw new ModelError(
      `${caller}(): the gradient has shape ${showShape(gradient.shape)}, expected the output's shape ${showShape(output.shape)}`,
    );
  }
  return gradient;
}
