/** The fully connected layer. */

import { linear } from "../ops/linear";
import { empty, requireGrad, type Tensor } from "../tensor";
import { kaimingUniform, uniform } from "./init";
import { Module } from "./module";
import { checkLayerOptions, checkSize } from "./options";

export interface LinearOptions {
  /** Whether a bias is added; true when left out. */
  bias?: boolean;
}

/** x Wᵀ + b with weight [outFeatures, inFeatures] and bias [outFeatures], initialised as in PyTorch. */
export class Linear extends Module {
  weight: Tensor;
  bias: Tensor | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    checkLayerOptions("nn.Linear", options, ["bias"]);
    checkSize("nn.Linear", { inFeatures, outFeatures });
    this.weight = requireGrad(kaimingUniform(empty([outFeatures, inFeatures]), { a: Math.sqrt(5) }));
    this.bias = options.bias === false ? null : biasFor(outFeatures, inFeatures);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}

/** A bias uniform in ±1/√fanIn, PyTorch's default. */
export function biasFor(size: number, fanIn: number): Tensor {
  const bound = 1 / Math.sqrt(fanIn);
  return requireGrad(uniform(empty([size]), { a: -bound, b: bound }));
}
