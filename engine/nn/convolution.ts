/** Convolution layers. */

import { choice, either, flag, integers, size } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { requireGrad, type Tensor, zeroFilled } from "../core/tensor";
import * as ops from "../ops/convolution";
import type { PerDim } from "../ops/convolution-geometry";
import type { ConvOptions, ConvTransposeOptions } from "../ops/convolution-options";
import { fansOf } from "./fans";
import { kaimingUniform } from "./init";
import { biasFor } from "./linear";
import { Module } from "./module";
import { checkSize, kernelSizes } from "./options";

/** What convolution layers take besides their sizes. */
export interface ConvLayerOptions extends ConvOptions {
  /** Whether a bias is added; true when left out. */
  bias?: boolean;
  /** What the padding holds: zeros, and nothing else. */
  paddingMode?: "zeros";
}

/** What transposed convolution layers take besides their sizes. */
export interface ConvTransposeLayerOptions extends ConvTransposeOptions {
  /** Whether a bias is added; true when left out. */
  bias?: boolean;
  /** What the padding holds: zeros, and nothing else. */
  paddingMode?: "zeros";
}

/** What all convolution layers share: weight and bias, initialised as in PyTorch. */
abstract class ConvolutionLayer extends Module {
  /**
   * The kernels: [outChannels, inChannels / groups, …], of a transposed convolution [inChannels, outChannels
   * / groups, …].
   */
  weight: Tensor;
  /** [outChannels]; null without. */
  bias: Tensor | null;

  constructor(
    /** Channels of the input. */
    readonly inChannels: number,
    /** Channels of the output. */
    readonly outChannels: number,
    shape: readonly number[],
    withBias: boolean,
  ) {
    super();
    this.weight = requireGrad(kaimingUniform(zeroFilled(shape), { a: Math.sqrt(5) }));
    this.bias = withBias ? biasFor(outChannels, fansOf(shape).in) : null;
  }
}

const sizes = ["inChannels", "outChannels", "kernelSize"];
const plain = {
  stride: integers,
  padding: either(integers, choice("same", "valid")),
  dilation: integers,
  groups: size,
  bias: flag,
  paddingMode: choice("zeros"),
};
const takesPlain = takes(sizes, plain);
const takesTransposed = takes(sizes, {
  stride: integers,
  padding: integers,
  outputPadding: integers,
  groups: size,
  bias: flag,
  dilation: integers,
  paddingMode: choice("zeros"),
});

type Sizes = [inChannels: number, outChannels: number, kernelSize: PerDim];
type PlainArgs = [...Sizes, options?: ConvLayerOptions];
type PlainPositions = [
  ...Sizes,
  ...Positions<
    [
      stride?: PerDim,
      padding?: PerDim | "same" | "valid",
      dilation?: PerDim,
      groups?: number,
      bias?: boolean,
      paddingMode?: "zeros",
    ],
    ConvLayerOptions
  >,
];
type TransposedArgs = [...Sizes, options?: ConvTransposeLayerOptions];
type TransposedPositions = [
  ...Sizes,
  ...Positions<
    [
      stride?: PerDim,
      padding?: PerDim,
      outputPadding?: PerDim,
      groups?: number,
      bias?: boolean,
      dilation?: PerDim,
      paddingMode?: "zeros",
    ],
    ConvTransposeLayerOptions
  >,
];

function weightShape(
  layer: string,
  sizes: { inChannels: number; outChannels: number; groups: number },
  kernel: readonly number[],
  isTransposed: boolean,
): number[] {
  const { inChannels, outChannels, groups } = sizes;
  checkSize(layer, { inChannels, outChannels, groups });
  checkSize(layer, {
    "inChannels / groups": inChannels / groups,
    "outChannels / groups": outChannels / groups,
  });
  return isTransposed
    ? [inChannels, outChannels / groups, ...kernel]
    : [outChannels, inChannels / groups, ...kernel];
}

/** `conv1d` with weight [outChannels, inChannels / groups, kernel]. */
export class Conv1d extends ConvolutionLayer {
  private readonly options: ConvOptions;

  constructor(...args: Widest<PlainArgs, PlainPositions>) {
    const [inChannels, outChannels, kernelSize, given = {}] = readCall<PlainArgs>(
      "nn.Conv1d",
      takesPlain,
      args,
    );
    const { bias = true, paddingMode: _, ...options } = given;
    const sizes = { inChannels, outChannels, groups: options.groups ?? 1 };
    const kernel = kernelSizes("nn.Conv1d", kernelSize, 1);
    super(inChannels, outChannels, weightShape("nn.Conv1d", sizes, kernel, false), bias);
    this.options = options;
  }

  /** @param x [items, inChannels, length] */
  forward(x: Tensor): Tensor {
    return ops.conv1d(x, this.weight, this.bias, this.options);
  }
}

/** `conv2d` with weight [outChannels, inChannels / groups, rows, columns]. */
export class Conv2d extends ConvolutionLayer {
  private readonly options: ConvOptions;

  constructor(...args: Widest<PlainArgs, PlainPositions>) {
    const [inChannels, outChannels, kernelSize, given = {}] = readCall<PlainArgs>(
      "nn.Conv2d",
      takesPlain,
      args,
    );
    const { bias = true, paddingMode: _, ...options } = given;
    const sizes = { inChannels, outChannels, groups: options.groups ?? 1 };
    const kernel = kernelSizes("nn.Conv2d", kernelSize, 2);
    super(inChannels, outChannels, weightShape("nn.Conv2d", sizes, kernel, false), bias);
    this.options = options;
  }

  /** @param x [items, inChannels, height, width] */
  forward(x: Tensor): Tensor {
    return ops.conv2d(x, this.weight, this.bias, this.options);
  }
}

/** `convTranspose2d` with weight [inChannels, outChannels / groups, rows, columns]. */
export class ConvTranspose2d extends ConvolutionLayer {
  private readonly options: ConvTransposeOptions;

  constructor(...args: Widest<TransposedArgs, TransposedPositions>) {
    const [inChannels, outChannels, kernelSize, given = {}] = readCall<TransposedArgs>(
      "nn.ConvTranspose2d",
      takesTransposed,
      args,
    );
    const { bias = true, paddingMode: _, ...options } = given;
    const sizes = { inChannels, outChannels, groups: options.groups ?? 1 };
    const kernel = kernelSizes("nn.ConvTranspose2d", kernelSize, 2);
    super(inChannels, outChannels, weightShape("nn.ConvTranspose2d", sizes, kernel, true), bias);
    this.options = options;
  }

  /** @param x [items, inChannels, height, width] */
  forward(x: Tensor): Tensor {
    return ops.convTranspose2d(x, this.weight, this.bias, this.options);
  }
}
