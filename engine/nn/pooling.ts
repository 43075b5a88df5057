/** Pooling, dropout and flattening as layers. */
import * as average from "../ops/average-pool";
import type { PerDim } from "../ops/convolution-geometry";
import { dropout } from "../ops/dropout";
import * as largest from "../ops/max-pool";
import { type FlattenOptions, flatten } from "../ops/squeeze";
import type { Tensor } from "../tensor";
import { Module } from "./module";
import { checkLayerOptions, checkProbability } from "./options";

export class MaxPool1d extends Module {
  constructor(
    readonly kernelSize: PerDim,
    readonly options: largest.MaxPoolOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return largest.maxPool1d(x, this.kernelSize, this.options);
  }
}

export class MaxPool2d extends Module {
  constructor(
    readonly kernelSize: PerDim,
    readonly options: largest.MaxPoolOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return largest.maxPool2d(x, this.kernelSize, this.options);
  }
}

export class AvgPool2d extends Module {
  constructor(
    readonly kernelSize: PerDim,
    readonly options: average.AvgPoolOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return average.avgPool2d(x, this.kernelSize, this.options);
  }
}

export class AdaptiveAvgPool2d extends Module {
  constructor(readonly outputSize: PerDim) {
    super();
  }

  forward(x: Tensor): Tensor {
    return average.adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Merges dimensions; by default all but the first. */
export class Flatten extends Module {
  constructor(readonly options: FlattenOptions = {}) {
    super();
  }

  forward(x: Tensor): Tensor {
    return flatten(x, { startDim: 1, ...this.options });
  }
}

/** In training sets elements to 0 with probability p; in evaluation passes everything. */
export class Dropout extends Module {
  readonly p: number;

  constructor(p: number | { p?: number } = 0.5) {
    super();
    if (typeof p !== "number") checkLayerOptions("nn.Dropout", p, ["p"]);
    this.p = checkProbability("nn.Dropout", typeof p === "number" ? p : (p.p ?? 0.5));
  }

  forward(x: Tensor): Tensor {
    return this.training && this.p > 0 ? dropout(x, { p: this.p }) : x;
  }
}
