/** Normalisation layers. */

import { ModelError } from "../core/error";
import { flag, number, orNull } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { type Shape, showShape } from "../core/shape";
import { readCall, takes } from "../core/signature";
import { fromValues, type Tensor } from "../core/tensor";
import { full } from "../creation/create";
import { checkTensor } from "../ops/arguments";
import { batchNorm } from "../ops/batch-norm";
import { groupNorm, layerNorm } from "../ops/layer-norm";
import { Module } from "./module";
import { checkSize } from "./options";

const weightOf = (shape: Shape, wanted: boolean) => (wanted ? full(shape, 1, { requiresGrad: true }) : null);
const biasOf = (shape: Shape, wanted: boolean) => (wanted ? full(shape, 0, { requiresGrad: true }) : null);

/** What `nn.BatchNorm1d` and `nn.BatchNorm2d` take besides the number of channels. */
export interface BatchNormLayerOptions {
  /** Added to the variance; 1e-5 when left out. */
  eps?: number;
  /** Weight of a batch in the running statistics, 0.1 when left out; null: the mean over all batches. */
  momentum?: number | null;
  /** Whether there are weight and bias; true when left out. */
  affine?: boolean;
  /** Whether statistics are kept for evaluation; true when left out. */
  trackRunningStats?: boolean;
}

type BatchArgs = [numFeatures: number, options?: BatchNormLayerOptions];
type BatchPositions = [
  numFeatures: number,
  ...Positions<
    [eps?: number, momentum?: number | null, affine?: boolean, trackRunningStats?: boolean],
    BatchNormLayerOptions
  >,
];

const takesBatch = takes(["numFeatures"], {
  eps: number,
  momentum: orNull(number),
  affine: flag,
  trackRunningStats: flag,
});

/** What both share. */
abstract class BatchNorm extends Module {
  /** Factor of each channel, [numFeatures], 1 at first; null without `affine`. */
  weight: Tensor | null;
  /** Added to each channel, [numFeatures], 0 at first; null without `affine`. */
  bias: Tensor | null;
  /** Number of channels. */
  readonly numFeatures: number;
  /** Mean of each channel over the batches so far, a buffer; absent without `trackRunningStats`. */
  declare running_mean: Tensor | undefined;
  /** Variance of each channel over the batches so far, a buffer; absent without `trackRunningStats`. */
  declare running_var: Tensor | undefined;
  /** How many batches the running statistics hold, a buffer; absent without `trackRunningStats`. */
  declare num_batches_tracked: Tensor | undefined;
  private readonly eps: number;
  private readonly momentum: number | null;
  protected abstract readonly ranks: readonly number[];

  constructor(...args: Widest<BatchArgs, BatchPositions>) {
    super();
    const [numFeatures, options = {}] = readCall<BatchArgs>(`nn.${this.constructor.name}`, takesBatch, args);
    checkSize(`nn.${this.constructor.name}`, { numFeatures });
    this.numFeatures = numFeatures;
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = weightOf([numFeatures], affine);
    this.bias = biasOf([numFeatures], affine);
    if (!trackRunningStats) return;
    this.registerBuffer("running_mean", full([numFeatures], 0));
    this.registerBuffer("running_var", full([numFeatures], 1));
    this.registerBuffer("num_batches_tracked", fromValues(new Int32Array(1), [], "int32"));
  }

  /**
   * Of x's shape; in training the batch's own statistics are used and the running ones moved, in evaluation
   * those are used.
   */
  forward(x: Tensor): Tensor {
    checkTensor(x, `nn.${this.constructor.name}: x`);
    if (!this.ranks.includes(x.ndim) || x.shape[1] !== this.numFeatures) {
      const rest = this.ranks
        .map((n) => `[items, ${this.numFeatures}${", size".repeat(n - 2)}]`)
        .join(" or ");
      throw new ModelError(
        `nn.${this.constructor.name}: found shape ${showShape(x.shape)}, expected ${rest}`,
      );
    }
    const { running_mean: runningMean = null, running_var: runningVar = null } = this;
    const momentum = this.training ? this.countBatch() : 0;
    const training = this.training || runningMean === null;
    return batchNorm(x, this.weight, this.bias, {
      training,
      eps: this.eps,
      runningMean,
      runningVar,
      momentum,
    });
  }

  /** Counts one more batch; gives its weight in the running statistics. */
  private countBatch(): number {
    const count = this.num_batches_tracked;
    if (count !== undefined) count.data[0] = (count.data[0] as number) + 1;
    return this.momentum ?? 1 / (count?.data[0] ?? 1);
  }
}

/** Batch normalisation of [items, features] or [items, features, length]. */
export class BatchNorm1d extends BatchNorm {
  protected get ranks(): readonly number[] {
    return [2, 3];
  }
}

/** Batch normalisation of [items, features, height, width]. */
export class BatchNorm2d extends BatchNorm {
  protected get ranks(): readonly number[] {
    return [4];
  }
}

/** What `nn.LayerNorm` takes besides the shape. */
export interface LayerNormLayerOptions {
  /** Added to the variance; 1e-5 when left out. */
  eps?: number;
  /** Whether there are weight and bias; true when left out. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight; true when left out. */
  bias?: boolean;
}

type LayerArgs = [normalizedShape: number | Shape, options?: LayerNormLayerOptions];
type LayerPositions = [
  normalizedShape: number | Shape,
  ...Positions<[eps?: number, elementwiseAffine?: boolean, bias?: boolean], LayerNormLayerOptions>,
];

const takesLayer = takes(["normalizedShape"], { eps: number, elementwiseAffine: flag, bias: flag });

/** `layerNorm` over the last dimensions. */
export class LayerNorm extends Module {
  /** Factors, of the normalised shape, 1 at first; null without `elementwiseAffine`. */
  weight: Tensor | null;
  /** Added, of the normalised shape, 0 at first; null without. */
  bias: Tensor | null;
  private readonly shape: Shape;
  private readonly eps: number;

  constructor(...args: Widest<LayerArgs, LayerPositions>) {
    super();
    const [normalizedShape, options = {}] = readCall<LayerArgs>("nn.LayerNorm", takesLayer, args);
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    this.shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
    this.eps = eps;
    this.weight = weightOf(this.shape, elementwiseAffine);
    this.bias = biasOf(this.shape, elementwiseAffine && bias);
  }

  /** @param x [… , normalizedShape]; the result has its shape */
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight, this.bias, { normalizedShape: this.shape, eps: this.eps });
  }
}

/** What `nn.GroupNorm` takes besides its numbers. */
export interface GroupNormLayerOptions {
  /** Added to the variance; 1e-5 when left out. */
  eps?: number;
  /** Whether there are weight and bias; true when left out. */
  affine?: boolean;
}

type GroupArgs = [numGroups: number, numChannels: number, options?: GroupNormLayerOptions];
type GroupPositions = [
  numGroups: number,
  numChannels: number,
  ...Positions<[eps?: number, affine?: boolean], GroupNormLayerOptions>,
];

const takesGroup = takes(["numGroups", "numChannels"], { eps: number, affine: flag });

/** `groupNorm` over groups of channels. */
export class GroupNorm extends Module {
  /** Number of groups. */
  readonly numGroups: number;
  /** Number of channels, which the groups divide. */
  readonly numChannels: number;
  /** Factor of each channel, [numChannels], 1 at first; null without `affine`. */
  weight: Tensor | null;
  /** Added to each channel, [numChannels], 0 at first; null without `affine`. */
  bias: Tensor | null;
  private readonly eps: number;

  constructor(...args: Widest<GroupArgs, GroupPositions>) {
    super();
    const [numGroups, numChannels, options = {}] = readCall<GroupArgs>("nn.GroupNorm", takesGroup, args);
    const { eps = 1e-5, affine = true } = options;
    checkSize("nn.GroupNorm", { numGroups, numChannels });
    checkSize("nn.GroupNorm", { "numChannels / numGroups": numChannels / numGroups });
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = weightOf([numChannels], affine);
    this.bias = biasOf([numChannels], affine);
  }

  /** @param x [items, numChannels, …]; the result has its shape */
  forward(x: Tensor): Tensor {
    return groupNorm(x, this.weight, this.bias, { numGroups: this.numGroups, eps: this.eps });
  }
}
