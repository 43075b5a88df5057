/** Images and rows of other sizes: pixelShuffle, pixelUnshuffle, average pooling of rows. */

import { ModelError } from "../core/error";
import { flag, integers } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { showShape } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat, checkInteger, checkTensor } from "./arguments";
import { adaptiveAvgPool2d, avgPool2d } from "./average-pool";
import { composed } from "./composed";
import { squeeze, unsqueeze } from "./squeeze";
import { permute, reshape } from "./view";

/** The sizes of [..., channels, height, width]. */
function imageSizes(x: Tensor): { batch: readonly number[]; sizes: [number, number, number] } {
  if (checkTensor(x).ndim < 3) {
    throw new ModelError(`x has shape ${showShape(x.shape)}, expected [..., channels, height, width]`);
  }
  return { batch: x.shape.slice(0, -3), sizes: x.shape.slice(-3) as [number, number, number] };
}

/** Channels as pixels: [..., C r², H, W] becomes [..., C, H r, W r]. Shi et al. (2016). */
export const pixelShuffle: (x: Tensor, upscaleFactor: number) => Tensor = composed(
  "pixelShuffle",
  takes(["x", "upscaleFactor"]),
  (x: Tensor, upscaleFactor: number): Tensor => {
    const { batch, sizes } = imageSizes(x);
    const [c, h, w] = sizes;
    const r = checkInteger(upscaleFactor, "upscaleFactor", 1);
    if (c % (r * r) !== 0) throw new ModelError(`x has ${c} channels, expected a multiple of ${r * r}`);
    const apart = reshape(x, [...batch, c / (r * r), r, r, h, w]);
    const b = batch.length;
    const order = [...batch.map((_, d) => d), b, b + 3, b + 1, b + 4, b + 2];
    return reshape(permute(apart, order), [...batch, c / (r * r), h * r, w * r]);
  },
);

/** Pixels as channels: [..., C, H r, W r] becomes [..., C r², H, W]. */
export const pixelUnshuffle: (x: Tensor, downscaleFactor: number) => Tensor = composed(
  "pixelUnshuffle",
  takes(["x", "downscaleFactor"]),
  (x: Tensor, downscaleFactor: number): Tensor => {
    const { batch, sizes } = imageSizes(x);
    const [c, h, w] = sizes;
    const r = checkInteger(downscaleFactor, "downscaleFactor", 1);
    if (h % r !== 0 || w % r !== 0) {
      throw new ModelError(`x is an image of ${h} × ${w}, expected multiples of ${r}`);
    }
    const apart = reshape(x, [...batch, c, h / r, r, w / r, r]);
    const b = batch.length;
    const order = [...batch.map((_, d) => d), b, b + 2, b + 4, b + 1, b + 3];
    return reshape(permute(apart, order), [...batch, c * r * r, h / r, w / r]);
  },
);

/** Where the windows of `avgPool1d` lie, and what the sums are divided by. */
export interface AvgPool1dOptions {
  /** The kernel's size when left out. */
  stride?: number | readonly number[];
  /** Room at each end, at most half the kernel; 0 when left out. */
  padding?: number | readonly number[];
  /** Whether windows count that reach over the end, too; false when left out. */
  ceilMode?: boolean;
  /** Whether padding counts as elements; true when left out. */
  countIncludePad?: boolean;
}

type Size = number | readonly number[];
const one = (size: Size) => (typeof size === "number" ? size : (size[0] as number));

/** [items, channels, length] or [channels, length] as images of one row. */
function checkRows(x: Tensor): Tensor {
  if (checkFloat(x).ndim === 2 || x.ndim === 3) return unsqueeze(x, -2);
  throw new ModelError(
    `x has shape ${showShape(x.shape)}, expected [items, channels, length] or [channels, length]`,
  );
}

/** Means of windows over [items, channels, length]. */
export const avgPool1d: (
  ...args: Widest<
    [x: Tensor, kernelSize: Size, options?: AvgPool1dOptions],
    [
      x: Tensor,
      kernelSize: Size,
      ...Positions<
        [stride?: Size | null, padding?: Size, ceilMode?: boolean, countIncludePad?: boolean],
        AvgPool1dOptions
      >,
    ]
  >
) => Tensor = composed(
  "avgPool1d",
  takes(["x", "kernelSize"], { stride: integers, padding: integers, ceilMode: flag, countIncludePad: flag }),
  (x: Tensor, kernelSize: Size, options: AvgPool1dOptions = {}): Tensor => {
    if (!integers.fits(kernelSize)) throw new ModelError(`kernelSize is ${kernelSize}, expected an integer`);
    const { stride = kernelSize, padding = 0, ...rest } = options;
    const out = avgPool2d(checkRows(x), [1, one(kernelSize)], {
      ...rest,
      stride: [1, one(stride)],
      padding: [0, one(padding)],
    });
    return squeeze(out, -2);
  },
);

/** Means of as many windows of nearly equal length as `outputSize` says. */
export const adaptiveAvgPool1d: (x: Tensor, outputSize: Size) => Tensor = composed(
  "adaptiveAvgPool1d",
  takes(["x", "outputSize"]),
  (x: Tensor, outputSize: Size): Tensor => {
    if (!integers.fits(outputSize)) throw new ModelError(`outputSize is ${outputSize}, expected an integer`);
    return squeeze(adaptiveAvgPool2d(checkRows(x), [1, one(outputSize)]), -2);
  },
);
