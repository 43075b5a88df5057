/** Normalisation of each channel of each item, as layers. */

import { inFunction, ModelError } from "../core/error";
import { flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import { showShape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { quietly } from "../core/tape";
import { fromValues, type Tensor } from "../core/tensor";
import { full } from "../creation/create";
import { checkTensor } from "../ops/arguments";
import { batchNorm } from "../ops/batch-norm";
import { instanceNorm } from "../ops/layer-norm";
import { mean } from "../ops/mean";
import { squeeze, unsqueeze } from "../ops/squeeze";
import { variances } from "../ops/statistics";
import { Module } from "./module";
import { checkSize } from "./options";

/** What `nn.InstanceNorm1d` and `nn.InstanceNorm2d` take besides the number of channels. */
export interface InstanceNormLayerOptions {
  /** Added to the variance; 1e-5 when left out. */
  eps?: number;
  /** Weight of a batch in the running statistics; 0.1 when left out. */
  momentum?: number;
  /** Whether there are weight and bias; false when left out. */
  affine?: boolean;
  /** Whether statistics are kept for evaluation; false when left out. */
  trackRunningStats?: boolean;
}

type Args = [
  numFeatures: number,
  ...Positions<
    [eps?: number, momentum?: number, affine?: boolean, trackRunningStats?: boolean],
    InstanceNormLayerOptions
  >,
];

const signature = takes(["numFeatures"], {
  eps: number,
  momentum: number,
  affine: flag,
  trackRunningStats: flag,
});

/** What both share. */
abstract class InstanceNorm extends Module {
  /** Number of channels. */
  readonly numFeatures: number;
  /** Factor of each channel, [numFeatures], 1 at first; null without `affine`. */
  weight: Tensor | null;
  /** Added to each channel, [numFeatures], 0 at first; null without `affine`. */
  bias: Tensor | null;
  /** Mean of each channel over the batches so far, a buffer; absent without `trackRunningStats`. */
  declare running_mean: Tensor | undefined;
  /** Variance of each channel over the batches so far, a buffer; absent without `trackRunningStats`. */
  declare running_var: Tensor | undefined;
  /** How many batches the running statistics hold, a buffer; absent without `trackRunningStats`. */
  declare num_batches_tracked: Tensor | undefined;
  private readonly eps: number;
  private readonly momentum: number;
  /** Dimensions of [items, channels, …]. */
  protected abstract readonly rank: number;

  constructor(args: Args) {
    super();
    const layer = `nn.${this.constructor.name}`;
    const read = inFunction(layer, () => arrange(signature, args)) as [number, InstanceNormLayerOptions?];
    const [numFeatures, { eps = 1e-5, momentum = 0.1, affine = false, trackRunningStats = false } = {}] =
      read;
    checkSize(layer, { numFeatures });
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? full([numFeatures], 1, { requiresGrad: true }) : null;
    this.bias = affine ? full([numFeatures], 0, { requiresGrad: true }) : null;
    if (!trackRunningStats) return;
    this.registerBuffer("running_mean", full([numFeatures], 0));
    this.registerBuffer("running_var", full([numFeatures], 1));
    this.registerBuffer("num_batches_tracked", fromValues(new Int32Array(1), [], "int32"));
  }

  /** @param x [items, channels, …], or one item without that dimension */
  forward(x: Tensor): Tensor {
    const single = checkTensor(x, `nn.${this.constructor.name}: x`).ndim === this.rank - 1;
    const items = single ? unsqueeze(x, 0) : x;
    if (items.ndim !== this.rank || items.shape[1] !== this.numFeatures) {
      const sizes = ", size".repeat(this.rank - 2);
      throw new ModelError(
        `nn.${this.constructor.name}: found shape ${showShape(x.shape)}, expected [items, ${this.numFeatures}${sizes}] or [${this.numFeatures}${sizes}]`,
      );
    }
    const out = this.normalise(items);
    return single ? squeeze(out, 0) : out;
  }

  private normalise(x: Tensor): Tensor {
    const { eps, running_mean: runningMean, running_var: runningVar } = this;
    if (runningMean !== undefined && runningVar !== undefined) {
      if (!this.training) {
        return batchNorm(x, this.weight, this.bias, { training: false, eps, runningMean, runningVar });
      }
      quietly(() => this.track(x, runningMean, runningVar));
    }
    return instanceNorm(x, this.weight, this.bias, { eps });
  }

  /** Moves the running statistics towards the mean of the items' own. */
  private track(x: Tensor, runningMean: Tensor, runningVar: Tensor): void {
    const dim = x.shape.slice(2).map((_, i) => i + 2);
    const move = (running: Tensor, own: Tensor) => {
      const average = mean(own, { dim: 0 });
      for (let i = 0; i < running.size; i++) {
        running.data[i] =
          (1 - this.momentum) * (running.data[i] as number) + this.momentum * (average.data[i] as number);
      }
    };
    move(runningMean, mean(x, { dim }));
    move(runningVar, variances(x, { dim }));
  }
}

/** Normalises each channel of each item of [items, channels, length]. Ulyanov et al. (2016). */
export class InstanceNorm1d extends InstanceNorm {
  protected get rank(): number {
    return 3;
  }

  constructor(...args: Args) {
    super(args);
  }
}

/** Normalises each channel of each item of [items, channels, height, width]. Ulyanov et al. (2016). */
export class InstanceNorm2d extends InstanceNorm {
  protected get rank(): number {
    return 4;
  }

  constructor(...args: Args) {
    super(args);
  }
}
