/** Losses of pairs, triplets and margins as layers. */

import { flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import type { Tensor } from "../core/tensor";
import * as ops from "../ops";
import { type UsualPositions, usual } from "../ops/pair-loss";
import { OptionLayer } from "./option-layer";

const withMargin = { margin: number, ...usual };
type MarginPositions = [margin?: number, ...UsualPositions];

/** `hingeEmbeddingLoss`: distances, with targets 1 and −1. */
export class HingeEmbeddingLoss extends OptionLayer<ops.MarginOptions> {
  constructor(...args: Widest<[options?: ops.MarginOptions], Positions<MarginPositions, ops.MarginOptions>>) {
    super(withMargin, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.hingeEmbeddingLoss(x, target, this.options);
  }
}

/** `marginRankingLoss`: which of two ranks higher. */
export class MarginRankingLoss extends OptionLayer<ops.MarginOptions> {
  constructor(...args: Widest<[options?: ops.MarginOptions], Positions<MarginPositions, ops.MarginOptions>>) {
    super(withMargin, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x1: Tensor, x2: Tensor, target: Tensor): Tensor {
    return ops.marginRankingLoss(x1, x2, target, this.options);
  }
}

/** `cosineEmbeddingLoss`: vectors that are alike or not. */
export class CosineEmbeddingLoss extends OptionLayer<ops.MarginOptions> {
  constructor(...args: Widest<[options?: ops.MarginOptions], Positions<MarginPositions, ops.MarginOptions>>) {
    super(withMargin, args);
  }

  /** A number, or with the reduction "none" one loss for each item. */
  forward(x1: Tensor, x2: Tensor, target: Tensor): Tensor {
    return ops.cosineEmbeddingLoss(x1, x2, target, this.options);
  }
}

/** `tripletMarginLoss`: nearer to the positive than to the negative. */
export class TripletMarginLoss extends OptionLayer<ops.TripletMarginLossOptions> {
  constructor(
    ...args: Positions<
      [margin?: number, p?: number, eps?: number, swap?: boolean, ...UsualPositions],
      ops.TripletMarginLossOptions
    >
  ) {
    super({ margin: number, p: number, eps: number, swap: flag, ...usual }, args);
  }

  /** A number, or with the reduction "none" one loss for each item. */
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return ops.tripletMarginLoss(anchor, positive, negative, this.options);
  }
}
