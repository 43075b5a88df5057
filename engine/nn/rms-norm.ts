/** Normalisation by the root of the mean square, as a layer. */

import { checkShape } from "../core/check-shape";
import { inFunction } from "../core/error";
import { flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Shape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { full } from "../creation/create";
import { rmsNorm } from "../ops/rms-norm";
import { Module } from "./module";

/** What `nn.RMSNorm` takes besides the shape. */
export interface RMSNormLayerOptions {
  /** Added to the mean square; the distance from 1 to the next number of x's type when left out. */
  eps?: number;
  /** Whether there is a weight; true when left out. */
  elementwiseAffine?: boolean;
}

type Args = [
  normalizedShape: number | Shape,
  ...Positions<[eps?: number | null, elementwiseAffine?: boolean], RMSNormLayerOptions>,
];

const signature = takes(["normalizedShape"], { eps: number, elementwiseAffine: flag });

/** `rmsNorm` over the last dimensions. Zhang and Sennrich (2019). */
export class RMSNorm extends Module {
  /** Factors, of the normalised shape, 1 at first; null without `elementwiseAffine`. */
  weight: Tensor | null;
  private readonly shape: Shape;
  private readonly eps: number | undefined;

  constructor(...args: Args) {
    super();
    const read = inFunction("nn.RMSNorm", () => arrange(signature, args)) as [Shape, RMSNormLayerOptions?];
    const [given, options = {}] = read;
    this.shape = inFunction("nn.RMSNorm", () => checkShape([given].flat(), "normalizedShape"));
    this.eps = options.eps;
    this.weight = options.elementwiseAffine === false ? null : full(this.shape, 1, { requiresGrad: true });
  }

  /** @param x [… , normalizedShape]; the result has its shape */
  forward(x: Tensor): Tensor {
    const eps = this.eps === undefined ? {} : { eps: this.eps };
    return rmsNorm(x, this.weight, { normalizedShape: this.shape, ...eps });
  }
}
