/** Pooling, dropout and flattening as layers. */

import { dim, flag, gone, integers, number, probability } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import * as average from "../ops/average-pool";
import type { PerDim } from "../ops/convolution-geometry";
import { dropout } from "../ops/dropout";
import * as largest from "../ops/max-pool";
import { type FlattenOptions, flatten } from "../ops/squeeze";
import { Module } from "./module";
import { notInPlace } from "./options";

type MaxArgs = [kernelSize: PerDim, options?: largest.MaxPoolOptions];
type MaxPositions = [
  kernelSize: PerDim,
  ...Positions<
    [stride?: PerDim | null, padding?: PerDim, dilation?: PerDim, returnIndices?: false, ceilMode?: boolean],
    largest.MaxPoolOptions
  >,
];
type AverageArgs = [kernelSize: PerDim, options?: average.AvgPoolOptions];
type AveragePositions = [
  kernelSize: PerDim,
  ...Positions<
    [
      stride?: PerDim | null,
      padding?: PerDim,
      ceilMode?: boolean,
      countIncludePad?: boolean,
      divisorOverride?: number,
    ],
    average.AvgPoolOptions
  >,
];

const takesMax = takes(["kernelSize"], {
  stride: integers,
  padding: integers,
  dilation: integers,
  returnIndices: gone("the places of the largest elements are not returned"),
  ceilMode: flag,
});
const takesAverage = takes(["kernelSize"], {
  stride: integers,
  padding: integers,
  ceilMode: flag,
  countIncludePad: flag,
  divisorOverride: number,
});

/** `maxPool1d` as a layer: the largest elements of windows over [items, channels, length]. */
export class MaxPool1d extends Module {
  /** Size of a window. */
  readonly kernelSize: PerDim;
  /** Where the windows lie. */
  readonly options: largest.MaxPoolOptions;

  constructor(...args: Widest<MaxArgs, MaxPositions>) {
    super();
    const [kernelSize, options = {}] = readCall<MaxArgs>(`nn.${this.constructor.name}`, takesMax, args);
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** @param x [items, channels, length] */
  forward(x: Tensor): Tensor {
    return largest.maxPool1d(x, this.kernelSize, this.options);
  }
}

/** `maxPool2d` as a layer: the largest elements of windows over [items, channels, height, width]. */
export class MaxPool2d extends Module {
  /** Size of a window. */
  readonly kernelSize: PerDim;
  /** Where the windows lie. */
  readonly options: largest.MaxPoolOptions;

  constructor(...args: Widest<MaxArgs, MaxPositions>) {
    super();
    const [kernelSize, options = {}] = readCall<MaxArgs>(`nn.${this.constructor.name}`, takesMax, args);
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** @param x [items, channels, height, width] */
  forward(x: Tensor): Tensor {
    return largest.maxPool2d(x, this.kernelSize, this.options);
  }
}

/** `avgPool2d` as a layer: means of windows over [items, channels, height, width]. */
export class AvgPool2d extends Module {
  /** Size of a window. */
  readonly kernelSize: PerDim;
  /** Where the windows lie. */
  readonly options: average.AvgPoolOptions;

  constructor(...args: Widest<AverageArgs, AveragePositions>) {
    super();
    const [kernelSize, options = {}] = readCall<AverageArgs>("nn.AvgPool2d", takesAverage, args);
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** @param x [items, channels, height, width] */
  forward(x: Tensor): Tensor {
    return average.avgPool2d(x, this.kernelSize, this.options);
  }
}

/**
 * `adaptiveAvgPool2d` as a layer: means of as many windows as wanted over [items, channels, height, width].
 */
export class AdaptiveAvgPool2d extends Module {
  /** Height and width of the result; one number stands for both. */
  readonly outputSize: PerDim;

  constructor(...args: [outputSize: PerDim]) {
    super();
    [this.outputSize] = readCall<[PerDim]>("nn.AdaptiveAvgPool2d", takes(["outputSize"]), args);
  }

  /** @param x [items, channels, height, width] */
  forward(x: Tensor): Tensor {
    return average.adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Merges dimensions; by default all but the first. */
export class Flatten extends Module {
  /** The first and the last of the dimensions that become one; 1 and −1 when left out. */
  readonly options: FlattenOptions;

  constructor(...args: Positions<[startDim?: number, endDim?: number], FlattenOptions>) {
    super();
    const [options = {}] = readCall<[FlattenOptions?]>(
      "nn.Flatten",
      takes([], { startDim: dim, endDim: dim }),
      args,
    );
    this.options = options;
  }

  /** x with these dimensions as one. */
  forward(x: Tensor): Tensor {
    return flatten(x, { startDim: 1, ...this.options });
  }
}

/** In training sets elements to 0 with probability p; in evaluation passes everything. */
export class Dropout extends Module {
  /** The probability; 0.5 when left out. */
  readonly p: number;

  constructor(...args: Positions<[p?: number, inplace?: false], { p?: number }>) {
    super();
    const signature = takes([], { p: probability, inplace: notInPlace });
    const [{ p = 0.5 } = {}] = readCall<[{ p?: number }?]>("nn.Dropout", signature, args);
    this.p = p;
  }

  /** Of x's shape; in training what is kept is divided by 1 − p. */
  forward(x: Tensor): Tensor {
    return this.training && this.p > 0 ? dropout(x, { p: this.p }) : x;
  }
}
