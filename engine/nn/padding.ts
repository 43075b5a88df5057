/** Padding, pooling of rows and rearranged pixels as layers. */

import { showValue } from "../core/describe";
import { inFunction, ModelError } from "../core/error";
import { flag, integers, type Kind, number, size } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { arrange, type Kinds, type Signature, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import * as ops from "../ops";
import { Module } from "./module";

type Size = number | readonly number[];

/** A layer with one size and options O, by name or by position. */
abstract class SizedLayer<O extends object> extends Module {
  protected readonly size: Size;
  protected readonly options: O;

  constructor(name: string, kind: Kind, options: Kinds, args: readonly unknown[]) {
    super();
    const layer = `nn.${this.constructor.name}`;
    const signature: Signature = takes([name], options);
    const [given, rest] = inFunction(layer, () => arrange(signature, args)) as [Size, O?];
    if (!kind.fits(given)) {
      throw new ModelError(`${layer}(): ${name} is ${showValue(given)}, expected ${kind.expected}`);
    }
    this.size = given;
    // The kinds are those of O.
    this.options = (rest ?? {}) as O;
  }
}

/** What paddings share. */
abstract class Padding extends SizedLayer<{ value?: number }> {
  constructor(
    private readonly dimensions: 1 | 2,
    private readonly mode: ops.PadOptions["mode"],
    options: Kinds,
    args: readonly unknown[],
  ) {
    super("padding", integers, options, args);
    if (typeof this.size === "number" || this.size.length === 2 * dimensions) return;
    throw new ModelError(
      `nn.${this.constructor.name}(): padding is ${showValue(this.size)}, expected an integer or ${2 * dimensions} of them`,
    );
  }

  /** @param x [items, channels, length] or [items, channels, height, width], with or without items */
  forward(x: Tensor): Tensor {
    const { size, mode = "constant" } = this;
    const widths = typeof size === "number" ? new Array<number>(2 * this.dimensions).fill(size) : size;
    return ops.pad(x, widths, { mode, ...this.options });
  }
}

/** What constant paddings take besides the sizes. */
interface Constant {
  /** What stands around x; it has no default. */
  value: number;
}

/** A value around rows, [left, right] or the same on both sides. */
export class ConstantPad1d extends Padding {
  constructor(...args: [padding: Size, ...Positions<[value: number], Constant>]) {
    super(1, "constant", { value: number }, args);
  }
}

/** A value around images, [left, right, top, bottom] or the same on all sides. */
export class ConstantPad2d extends Padding {
  constructor(...args: [padding: Size, ...Positions<[value: number], Constant>]) {
    super(2, "constant", { value: number }, args);
  }
}

/** Zeros around images. */
export class ZeroPad2d extends Padding {
  constructor(...args: [padding: Size]) {
    super(2, "constant", {}, args);
  }
}

/** Rows continued by their mirror image, without the edge. */
export class ReflectionPad1d extends Padding {
  constructor(...args: [padding: Size]) {
    super(1, "reflect", {}, args);
  }
}

/** Images continued by their mirror image, without the edge. */
export class ReflectionPad2d extends Padding {
  constructor(...args: [padding: Size]) {
    super(2, "reflect", {}, args);
  }
}

/** Rows continued by their edge. */
export class ReplicationPad1d extends Padding {
  constructor(...args: [padding: Size]) {
    super(1, "replicate", {}, args);
  }
}

/** Images continued by their edge. */
export class ReplicationPad2d extends Padding {
  constructor(...args: [padding: Size]) {
    super(2, "replicate", {}, args);
  }
}

type AvgPositions = Positions<
  [stride?: Size | null, padding?: Size, ceilMode?: boolean, countIncludePad?: boolean],
  ops.AvgPool1dOptions
>;

/** `avgPool1d`: means of windows over rows. */
export class AvgPool1d extends SizedLayer<ops.AvgPool1dOptions> {
  constructor(
    ...args: Widest<[kernelSize: Size, options?: ops.AvgPool1dOptions], [kernelSize: Size, ...AvgPositions]>
  ) {
    const kinds = { stride: integers, padding: integers, ceilMode: flag, countIncludePad: flag };
    super("kernelSize", integers, kinds, args);
  }

  /** @param x [items, channels, length], or without items */
  forward(x: Tensor): Tensor {
    return ops.avgPool1d(x, this.size, this.options);
  }
}

/** `adaptiveAvgPool1d`: means of as many windows as wanted. */
export class AdaptiveAvgPool1d extends SizedLayer<object> {
  constructor(...args: [outputSize: Size]) {
    super("outputSize", integers, {}, args);
  }

  /** @param x [items, channels, length], or without items */
  forward(x: Tensor): Tensor {
    return ops.adaptiveAvgPool1d(x, this.size);
  }
}

/** `pixelShuffle`: channels become pixels. */
export class PixelShuffle extends SizedLayer<object> {
  constructor(...args: [upscaleFactor: number]) {
    super("upscaleFactor", size, {}, args);
  }

  /**
   * @param x [… , channels · factor², height, width]; the result is [… , channels, height · factor, width ·
   * factor]
   */
  forward(x: Tensor): Tensor {
    return ops.pixelShuffle(x, this.size as number);
  }
}

/** `pixelUnshuffle`: pixels become channels. */
export class PixelUnshuffle extends SizedLayer<object> {
  constructor(...args: [downscaleFactor: number]) {
    super("downscaleFactor", size, {}, args);
  }

  /**
   * @param x [… , channels, height · factor, width · factor]; the result is [… , channels · factor², height,
   * width]
   */
  forward(x: Tensor): Tensor {
    return ops.pixelUnshuffle(x, this.size as number);
  }
}
