/** Layers that change shapes or sizes, and layers between two inputs: Unflatten, Upsample, distances. */

import { inFunction } from "../core/error";
import { choice, dim as dimension, flag, integers, number, numbers, probability } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import type { Shape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import * as ops from "../ops";
import { Module } from "./module";
import { OptionLayer } from "./option-layer";

/** Splits one dimension into several: `unflatten`. */
export class Unflatten extends Module {
  private readonly dim: number;
  private readonly sizes: Shape;

  constructor(
    ...args: Widest<[dim: number, sizes: Shape], [dim: number, sizes: number | Shape, ...more: number[]]>
  ) {
    super();
    const signature = takes(["dim", "sizes"], {}, { spread: "sizes", aliases: { unflattenedSize: "sizes" } });
    const [dim, sizes] = inFunction("nn.Unflatten", () => arrange(signature, args)) as [number, Shape];
    this.dim = dim;
    this.sizes = sizes;
  }

  /** x with one dimension split. */
  forward(x: Tensor): Tensor {
    return ops.unflatten(x, this.dim, this.sizes);
  }
}

/** Images of another size: `interpolate`. */
export class Upsample extends OptionLayer<ops.InterpolateOptions> {
  constructor(
    ...args: Widest<
      [options: ops.InterpolateOptions],
      Positions<
        [
          size?: number | readonly number[] | null,
          scaleFactor?: number | readonly number[] | null,
          mode?: "nearest" | "bilinear",
          alignCorners?: boolean,
        ],
        ops.InterpolateOptions
      >
    >
  ) {
    super(
      { size: integers, scaleFactor: numbers, mode: choice("nearest", "bilinear"), alignCorners: flag },
      args,
    );
  }

  /** @param x [items, channels, height, width] */
  forward(x: Tensor): Tensor {
    return ops.interpolate(x, this.options);
  }
}

/** The cosine between vectors: `cosineSimilarity`. */
export class CosineSimilarity extends OptionLayer<ops.CosineOptions> {
  constructor(...args: Positions<[dim?: number, eps?: number], ops.CosineOptions>) {
    super({ dim: dimension, eps: number }, args);
  }

  /** The cosines: one dimension less than x and y. */
  forward(x: Tensor, y: Tensor): Tensor {
    return ops.cosineSimilarity(x, y, this.options);
  }
}

/** ‖x − y‖ of the rows: `pairwiseDistance`. */
export class PairwiseDistance extends OptionLayer<ops.PairwiseDistanceOptions> {
  constructor(
    ...args: Positions<[p?: number, eps?: number, keepdim?: boolean], ops.PairwiseDistanceOptions>
  ) {
    super({ p: number, eps: number, keepdim: flag }, args);
  }

  /** The distances: one dimension less than x and y, unless `keepdim`. */
  forward(x: Tensor, y: Tensor): Tensor {
    return ops.pairwiseDistance(x, y, this.options);
  }
}

/** What both share. */
abstract class ChannelDropout extends OptionLayer<{ p?: number }> {
  /** The probability; 0.5 when left out. */
  readonly p: number;

  constructor(...args: Positions<[p?: number], { p?: number }>) {
    super({ p: probability }, args);
    this.p = this.options.p ?? 0.5;
  }

  protected get isActive(): boolean {
    return this.training && this.p > 0;
  }
}

/** In training sets channels of [items, channels, length] to 0 with probability p. */
export class Dropout1d extends ChannelDropout {
  /** @param x [items, channels, length]; the result has its shape */
  forward(x: Tensor): Tensor {
    return this.isActive ? ops.dropout1d(x, { p: this.p }) : x;
  }
}

/** In training sets channels of [items, channels, height, width] to 0 with probability p. */
export class Dropout2d extends ChannelDropout {
  /** @param x [items, channels, height, width]; the result has its shape */
  forward(x: Tensor): Tensor {
    return this.isActive ? ops.dropout2d(x, { p: this.p }) : x;
  }
}
