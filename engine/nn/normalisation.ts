/** Normalisation layers. */
import { full } from "../create";
import { ModelError } from "../error";
import { checkTensor } from "../ops/arguments";
import { batchNorm } from "../ops/batch-norm";
import { groupNorm, layerNorm } from "../ops/layer-norm";
import { type Shape, showShape } from "../shape";
import { fromValues, type Tensor } from "../tensor";
import { Module } from "./module";
import { checkLayerOptions, checkSize } from "./options";

const weightOf = (shape: Shape, wanted: boolean) => (wanted ? full(shape, 1, { requiresGrad: true }) : null);
const biasOf = (shape: Shape, wanted: boolean) => (wanted ? full(shape, 0, { requiresGrad: true }) : null);

export interface BatchNormLayerOptions {
  eps?: number;
  /** Weight of a batch in the running statistics, 0.1 when left out; null: the mean over all batches. */
  momentum?: number | null;
  /** Whether there are weight and bias; true when left out. */
  affine?: boolean;
  /** Whether statistics are kept for evaluation; true when left out. */
  trackRunningStats?: boolean;
}

abstract class BatchNorm extends Module {
  weight: Tensor | null;
  bias: Tensor | null;
  declare running_mean: Tensor | undefined;
  declare running_var: Tensor | undefined;
  declare num_batches_tracked: Tensor | undefined;
  private readonly eps: number;
  private readonly momentum: number | null;
  protected abstract readonly ranks: readonly number[];

  constructor(
    readonly numFeatures: number,
    options: BatchNormLayerOptions = {},
  ) {
    super();
    const known = ["eps", "momentum", "affine", "trackRunningStats"];
    checkLayerOptions(`nn.${this.constructor.name}`, options, known);
    checkSize(`nn.${this.constructor.name}`, { numFeatures });
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

export interface LayerNormLayerOptions {
  eps?: number;
  /** Whether there are weight and bias; true when left out. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight; true when left out. */
  bias?: boolean;
}

/** `layerNorm` over the last dimensions. */
export class LayerNorm extends Module {
  weight: Tensor | null;
  bias: Tensor | null;
  private readonly shape: Shape;
  private readonly eps: number;

  constructor(normalizedShape: number | Shape, options: LayerNormLayerOptions = {}) {
    super();
    checkLayerOptions("nn.LayerNorm", options, ["eps", "elementwiseAffine", "bias"]);
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    this.shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
    this.eps = eps;
    this.weight = weightOf(this.shape, elementwiseAffine);
    this.bias = biasOf(this.shape, elementwiseAffine && bias);
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight, this.bias, { normalizedShape: this.shape, eps: this.eps });
  }
}

export interface GroupNormLayerOptions {
  eps?: number;
  affine?: boolean;
}

/** `groupNorm` over groups of channels. */
export class GroupNorm extends Module {
  weight: Tensor | null;
  bias: Tensor | null;
  private readonly eps: number;

  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    options: GroupNormLayerOptions = {},
  ) {
    super();
    checkLayerOptions("nn.GroupNorm", options, ["eps", "affine"]);
    const { eps = 1e-5, affine = true } = options;
    checkSize("nn.GroupNorm", { numGroups, numChannels });
    checkSize("nn.GroupNorm", { "numChannels / numGroups": numChannels / numGroups });
    this.eps = eps;
    this.weight = weightOf([numChannels], affine);
    this.bias = biasOf([numChannels], affine);
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, this.weight, this.bias, { numGroups: this.numGroups, eps: this.eps });
  }
}
