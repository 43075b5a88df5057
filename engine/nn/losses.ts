/** Losses between predictions and targets as layers. */

import { choice, flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import type { Tensor } from "../core/tensor";
import * as ops from "../ops";
import { type UsualPositions, usual } from "../ops/pair-loss";
import { type LossReduction, oldReduction, reductions } from "../ops/reduction";
import { OptionLayer } from "./option-layer";

/** `mseLoss`: squared differences. */
export class MSELoss extends OptionLayer<ops.LossOptions> {
  constructor(...args: Widest<[options?: ops.LossOptions], Positions<UsualPositions, ops.LossOptions>>) {
    super(usual, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.mseLoss(x, target, this.options);
  }
}

/** `l1Loss`: absolute differences. */
export class L1Loss extends OptionLayer<ops.LossOptions> {
  constructor(...args: Widest<[options?: ops.LossOptions], Positions<UsualPositions, ops.LossOptions>>) {
    super(usual, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.l1Loss(x, target, this.options);
  }
}

/** `smoothL1Loss`: absolute differences with a parabola at 0. */
export class SmoothL1Loss extends OptionLayer<ops.SmoothL1Options> {
  constructor(...args: Positions<[...UsualPositions, beta?: number], ops.SmoothL1Options>) {
    super({ ...usual, beta: number }, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.smoothL1Loss(x, target, this.options);
  }
}

/** `huberLoss`: a parabola that becomes a line. */
export class HuberLoss extends OptionLayer<ops.HuberOptions> {
  constructor(...args: Positions<[reduction?: LossReduction, delta?: number], ops.HuberOptions>) {
    super({ reduction: reductions, delta: number }, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.huberLoss(x, target, this.options);
  }
}

/** `softMarginLoss`: targets are 1 and −1. */
export class SoftMarginLoss extends OptionLayer<ops.LossOptions> {
  constructor(...args: Widest<[options?: ops.LossOptions], Positions<UsualPositions, ops.LossOptions>>) {
    super(usual, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.softMarginLoss(x, target, this.options);
  }
}

/** `klDiv`: x holds logarithms of probabilities. */
export class KLDivLoss extends OptionLayer<ops.KlDivOptions> {
  constructor(
    ...args: Widest<
      [options?: ops.KlDivOptions],
      Positions<
        [sizeAverage?: null, reduce?: null, reduction?: ops.KlDivOptions["reduction"]],
        ops.KlDivOptions
      >
    >
  ) {
    const reduction = choice("mean", "sum", "none", "batchmean");
    super({ sizeAverage: oldReduction, reduce: oldReduction, reduction, logTarget: flag }, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.klDiv(x, target, this.options);
  }
}

/** `poissonNllLoss`: counts against rates. */
export class PoissonNLLLoss extends OptionLayer<ops.PoissonNllLossOptions> {
  constructor(
    ...args: Positions<
      [
        logInput?: boolean,
        full?: boolean,
        sizeAverage?: null,
        eps?: number,
        reduce?: null,
        reduction?: LossReduction,
      ],
      ops.PoissonNllLossOptions
    >
  ) {
    super(
      {
        logInput: flag,
        full: flag,
        sizeAverage: oldReduction,
        eps: number,
        reduce: oldReduction,
        reduction: reductions,
      },
      args,
    );
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.poissonNllLoss(x, target, this.options);
  }
}

/** `gaussianNllLoss`: targets against normal distributions. */
export class GaussianNLLLoss extends OptionLayer<ops.GaussianNllLossOptions> {
  constructor(...args: [options?: ops.GaussianNllLossOptions]) {
    super({ full: flag, eps: number, reduction: reductions }, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor, variance: Tensor): Tensor {
    return ops.gaussianNllLoss(x, target, variance, this.options);
  }
}
