/** Convolution layers. */
import * as ops from "../ops/convolution";
import type { PerDim } from "../ops/convolution-geometry";
import { empty, requireGrad, type Tensor } from "../tensor";
import { fansOf } from "./fans";
import { kaimingUniform } from "./init";
import { biasFor } from "./linear";
import { Module } from "./module";
import { checkLayerOptions, checkSize, kernelSizes } from "./options";

export interface ConvLayerOptions extends ops.ConvOptions {
  /** Whether a bias is added; true when left out. */
  bias?: boolean;
}

export interface ConvTransposeLayerOptions extends ops.ConvTransposeOptions {
  bias?: boolean;
}

/** What all convolution layers share: weight and bias, initialised as in PyTorch. */
abstract class ConvolutionLayer extends Module {
  weight: Tensor;
  bias: Tensor | null;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    shape: readonly number[],
    withBias: boolean,
  ) {
    super();
    this.weight = requireGrad(kaimingUniform(empty(shape), { a: Math.sqrt(5) }));
    this.bias = withBias ? biasFor(outChannels, fansOf(shape).in) : null;
  }
}

const known = ["stride", "padding", "dilation", "groups", "bias"];

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
  private readonly options: ops.ConvOptions;

  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, given: ConvLayerOptions = {}) {
    checkLayerOptions("nn.Conv1d", given, known);
    const { bias = true, ...options } = given;
    const sizes = { inChannels, outChannels, groups: options.groups ?? 1 };
    const kernel = kernelSizes("nn.Conv1d", kernelSize, 1);
    super(inChannels, outChannels, weightShape("nn.Conv1d", sizes, kernel, false), bias);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return ops.conv1d(x, this.weight, this.bias, this.options);
  }
}

/** `conv2d` with weight [outChannels, inChannels / groups, rows, columns]. */
export class Conv2d extends ConvolutionLayer {
  private readonly options: ops.ConvOptions;

  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, given: ConvLayerOptions = {}) {
    checkLayerOptions("nn.Conv2d", given, known);
    const { bias = true, ...options } = given;
    const sizes = { inChannels, outChannels, groups: options.groups ?? 1 };
    const kernel = kernelSizes("nn.Conv2d", kernelSize, 2);
    super(inChannels, outChannels, weightShape("nn.Conv2d", sizes, kernel, false), bias);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return ops.conv2d(x, this.weight, this.bias, this.options);
  }
}

/** `convTranspose2d` with weight [inChannels, outChannels / groups, rows, columns]. */
export class ConvTranspose2d extends ConvolutionLayer {
  private readonly options: ops.ConvTransposeOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerDim,
    given: ConvTransposeLayerOptions = {},
  ) {
    checkLayerOptions("nn.ConvTranspose2d", given, [...known, "outputPadding"]);
    const { bias = true, ...options } = given;
    const sizes = { inChannels, outChannels, groups: options.groups ?? 1 };
    const kernel = kernelSizes("nn.ConvTranspose2d", kernelSize, 2);
    super(inChannels, outChannels, weightShape("nn.ConvTranspose2d", sizes, kernel, true), bias);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return ops.convTranspose2d(x, this.weight, this.bias, this.options);
  }
}
