/** A tensor that belongs to a module, whether it takes a gradient at the moment or not. */

import { flag } from "../core/kinds";
import type { OptionPositions, Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { isTensor, parameters, requireGrad, Tensor } from "../core/tensor";
import { type TensorData, tensor } from "../creation/create";
import { noteSource } from "../creation/note-source";

/** What `nn.Parameter` takes besides the data. */
export interface ParameterOptions {
  /** False for a parameter that is kept and saved, but not trained; true when left out. */
  requiresGrad?: boolean;
}

type Args = [data: TensorData, options?: ParameterOptions];

const signature = takes(["data"], { requiresGrad: flag });

/**
 * As `torch.nn.Parameter`: in a field of a module it is part of `parameters()` and `stateDict()`, also when it takes no
 * gradient. It shares the values of a tensor that it is made of.
 * @throws ModelError for integers and booleans, unless requiresGrad is false
 */
export class Parameter extends Tensor {
  constructor(
    ...args: Widest<Args, [data: TensorData, ...OptionPositions<[requiresGrad?: boolean], ParameterOptions>]>
  ) {
    const [data, { requiresGrad = true } = {}] = readCall<Args>("nn.Parameter", signature, args);
    const { data: values, shape, dtype } = isTensor(data) ? data : tensor(data);
    super(values, shape, dtype);
    if (isTensor(data)) noteSource(data, this);
    requireGrad(this, requiresGrad);
    parameters.add(this);
  }
}
