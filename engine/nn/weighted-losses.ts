/** Losses with weights of classes or elements as layers. */

import { integer, type Kind, number, tensor } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import type { Kinds } from "../core/signature";
import type { Tensor } from "../core/tensor";
import * as ops from "../ops";
import { usual } from "../ops/pair-loss";
import { type LossReduction, oldReduction, reductions } from "../ops/reduction";
import { OptionLayer } from "./option-layer";

type Weighted<O> = O & { weight?: Tensor | null };

/** A loss with weights, which are kept in the state as PyTorch does. */
abstract class WeightedLoss<O extends object> extends OptionLayer<Weighted<O>> {
  /** Weights of classes or elements, a buffer; null without. */
  declare weight: Tensor | null;
  /** The options besides the weights. */
  protected readonly rest: O;

  constructor(kinds: Kinds, args: readonly unknown[]) {
    super(kinds, args);
    const { weight, ...rest } = this.options;
    // What is left of Weighted<O> without its weight is O.
    this.rest = rest as unknown as O;
    if (weight) this.registerBuffer("weight", weight);
    else this.weight = null;
  }
}

const power: Kind = { expected: "1 or 2", fits: (v) => v === 1 || v === 2 };

const indexed: Kinds = {
  weight: tensor,
  sizeAverage: oldReduction,
  ignoreIndex: integer,
  reduce: oldReduction,
  reduction: reductions,
};
type IndexedPositions = [
  weight?: Tensor | null,
  sizeAverage?: null,
  ignoreIndex?: number,
  reduce?: null,
  reduction?: LossReduction,
];

/** `crossEntropy` of logits against classes or their probabilities. */
export class CrossEntropyLoss extends WeightedLoss<ops.CrossEntropyOptions> {
  constructor(
    ...args: Widest<
      [options?: Weighted<ops.CrossEntropyOptions>],
      Positions<[...IndexedPositions, labelSmoothing?: number], Weighted<ops.CrossEntropyOptions>>
    >
  ) {
    super({ ...indexed, labelSmoothing: number }, args);
  }

  /** A number, or with the reduction "none" one loss for each item. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.crossEntropy(x, target, this.weight, this.rest);
  }
}

/** `nllLoss` of logarithms of probabilities against classes. */
export class NLLLoss extends WeightedLoss<ops.NllLossOptions> {
  constructor(
    ...args: Widest<
      [options?: Weighted<ops.NllLossOptions>],
      Positions<IndexedPositions, Weighted<ops.NllLossOptions>>
    >
  ) {
    super(indexed, args);
  }

  /** A number, or with the reduction "none" one loss for each item. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.nllLoss(x, target, this.weight, this.rest);
  }
}

/** `binaryCrossEntropy` of probabilities. */
export class BCELoss extends WeightedLoss<ops.LossOptions> {
  constructor(
    ...args: Widest<
      [options?: Weighted<ops.LossOptions>],
      Positions<
        [weight?: Tensor | null, sizeAverage?: null, reduce?: null, reduction?: LossReduction],
        Weighted<ops.LossOptions>
      >
    >
  ) {
    super({ weight: tensor, ...usual }, args);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.binaryCrossEntropy(x, target, this.weight, this.rest);
  }
}

/** `binaryCrossEntropyWithLogits` of any numbers. */
export class BCEWithLogitsLoss extends WeightedLoss<ops.WithLogitsOptions> {
  /** Weights of what belongs to y = 1, a buffer; absent without. */
  declare pos_weight: Tensor | undefined;

  constructor(
    ...args: Widest<
      [options?: Weighted<ops.WithLogitsOptions>],
      Positions<
        [
          weight?: Tensor | null,
          sizeAverage?: null,
          reduce?: null,
          reduction?: LossReduction,
          posWeight?: Tensor,
        ],
        Weighted<ops.WithLogitsOptions>
      >
    >
  ) {
    super({ weight: tensor, ...usual, posWeight: tensor }, args);
    if (this.rest.posWeight !== undefined) this.registerBuffer("pos_weight", this.rest.posWeight);
  }

  /** A number, or with the reduction "none" one loss for each element. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.binaryCrossEntropyWithLogits(x, target, this.weight, this.rest);
  }
}

/** `multiMarginLoss`: the right class leads by a margin. */
export class MultiMarginLoss extends WeightedLoss<ops.MultiMarginOptions> {
  constructor(
    ...args: Widest<
      [options?: Weighted<ops.MultiMarginOptions>],
      Positions<
        [
          p?: 1 | 2,
          margin?: number,
          weight?: Tensor | null,
          sizeAverage?: null,
          reduce?: null,
          reduction?: LossReduction,
        ],
        Weighted<ops.MultiMarginOptions>
      >
    >
  ) {
    super({ p: power, margin: number, weight: tensor, ...usual }, args);
  }

  /** A number, or with the reduction "none" one loss for each item. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.multiMarginLoss(x, target, this.weight, this.rest);
  }
}

/** `multilabelSoftMarginLoss`: several classes at once. */
export class MultiLabelSoftMarginLoss extends WeightedLoss<ops.LossOptions> {
  constructor(
    ...args: Widest<
      [options?: Weighted<ops.LossOptions>],
      Positions<
        [weight?: Tensor | null, sizeAverage?: null, reduce?: null, reduction?: LossReduction],
        Weighted<ops.LossOptions>
      >
    >
  ) {
    super({ weight: tensor, ...usual }, args);
  }

  /** A number, or with the reduction "none" one loss for each item. */
  forward(x: Tensor, target: Tensor): Tensor {
    return ops.multilabelSoftMarginLoss(x, target, this.weight, this.rest);
  }
}
