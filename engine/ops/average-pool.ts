/** Average pooling: with a fixed window, or with a fixed size of the result. */

import { askForRoom } from "../core/dtype";
import { ModelError } from "../core/error";
import { flag, integers, number } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat } from "./arguments";
import { imageShape, type Pair, type PerDim, readPair } from "./convolution-geometry";
import { poolCount } from "./max-pool";
import { mixAlong, type Taps } from "./mix";

/** Where the windows of `avgPool2d` lie, and what the sums are divided by. */
export interface AvgPoolOptions {
  /** Steps from window to window; the kernel's size when left out. */
  stride?: PerDim;
  /** Zeros around the image, at most half the kernel; 0 when left out. */
  padding?: PerDim;
  /** Whether windows count that reach over the end, too; false when left out. */
  ceilMode?: boolean;
  /** Whether the zeros of the padding count in the mean; true when left out. */
  countIncludePad?: boolean;
  /** Divides the sum by this instead of the size of the window, which it is when left out; not 0. */
  divisorOverride?: number;
}

/** What each row and each column of the result is made of: windows are products of the two. */
export interface SeparableAttrs {
  readonly rows: { readonly size: number; readonly taps: Taps };
  readonly columns: { readonly size: number; readonly taps: Taps };
}

/** Mixes the last two dimensions, or runs that the other way. */
export function mixImage(x: Tensor, { rows, columns }: SeparableAttrs, adjoint: boolean): Tensor {
  const down = mixAlong(x, { dim: x.ndim - 2, size: rows.size, taps: rows.taps, adjoint });
  return mixAlong(down, { dim: x.ndim - 1, size: columns.size, taps: columns.taps, adjoint });
}

/** Asks for an image of another size: its taps alone may be more than the memory holds. */
export function askForImage(x: Tensor, [height, width]: Pair): void {
  askForRoom(x.dtype, sizeOf(x.shape.slice(0, -2)) * height * width);
}

/** The rules of an operation that is `mixImage`. */
export const separable = {
  forward: ([x]: readonly Tensor[], attrs: SeparableAttrs) => mixImage(x as Tensor, attrs, false),
  vjp: [(g: Tensor, { attrs }: { attrs: SeparableAttrs }) => mixImage(g, attrs, true)],
  jvp: [(t: Tensor, { attrs }: { attrs: SeparableAttrs }) => mixImage(t, attrs, false)],
};

type AvgArgs = [x: Tensor, kernelSize: PerDim, options?: AvgPoolOptions];
type AvgPositions = [
  x: Tensor,
  kernelSize: PerDim,
  ...Positions<
    [
      stride?: PerDim | null,
      padding?: PerDim,
      ceilMode?: boolean,
      countIncludePad?: boolean,
      divisorOverride?: number,
    ],
    AvgPoolOptions
  >,
];

/** Means of windows over [images, channels, height, width], as PyTorch's `avg_pool2d`. */
export const avgPool2d: OpFunction<AvgArgs, AvgPositions> = defineOp<AvgArgs, SeparableAttrs, AvgPositions>({
  ...separable,
  name: "avgPool2d",
  role: "gathers",
  label: "mean over windows",
  formula: "\\bar{x}_i = \\sum \\bar{o} / n \\text{ of the windows that hold } x_i",
  takes: takes(["x", "kernelSize"], {
    stride: integers,
    padding: integers,
    ceilMode: flag,
    countIncludePad: flag,
    divisorOverride: number,
  }),
  args: (x, kernelSize, options) => ({ inputs: [x], attrs: readAverage(x, kernelSize, options) }),
  samples: (r) => [
    [r.uniform([1, 2, 4, 5]), 2],
    [r.uniform([2, 5, 5]), 3, { stride: 2, padding: 1, countIncludePad: false }],
    [r.uniform([1, 1, 4, 4]), [3, 2], { stride: 2, padding: 1, ceilMode: true }],
    [r.uniform([1, 1, 3, 4]), 2, { divisorOverride: 3 }],
  ],
});

function readAverage(x: Tensor, kernelSize: PerDim, options: AvgPoolOptions = {}): SeparableAttrs {
  const [, , height, width] = imageShape(checkFloat(x), 2);
  const { countIncludePad = true, ceilMode = false, divisorOverride } = options;
  const kernel = readPair(kernelSize, "kernelSize", 2, 1, 1);
  const stride = readPair(options.stride ?? kernelSize, "stride", 2, 1, 1);
  const padding = readPair(options.padding ?? 0, "padding", 2, 0, 0);
  if (divisorOverride === 0) {
    throw new ModelError("divisorOverride is 0, expected another number");
  }
  const geometry = { rank: 2, stride, padding, dilation: [1, 1] } as const;
  const count = poolCount([height, width], kernel, geometry, ceilMode);
  const taps = (n: number, d: 0 | 1): Taps =>
    Array.from({ length: count[d] }, (_, o) => {
      const start = o * stride[d] - padding[d];
      const end = Math.min(start + kernel[d], n + padding[d]);
      const [from, to] = [Math.max(start, 0), Math.min(end, n)];
      const fixed = d === 0 ? divisorOverride : 1;
      const divisor = divisorOverride === undefined ? (countIncludePad ? end - start : to - from) : fixed;
      return range(from, to).map((i) => [i, 1 / (divisor as number)]);
    });
  return {
    rows: { size: height, taps: taps(height, 0) },
    columns: { size: width, taps: taps(width, 1) },
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

type AdaptiveArgs = [x: Tensor, outputSize: PerDim];

/** Means of as many windows of nearly equal size as `outputSize` says, as PyTorch's `adaptive_avg_pool2d`. */
export const adaptiveAvgPool2d: OpFunction<AdaptiveArgs> = defineOp<AdaptiveArgs, SeparableAttrs>({
  ...separable,
  name: "adaptiveAvgPool2d",
  role: "gathers",
  label: "mean over windows",
  formula: "\\bar{x}_i = \\sum \\bar{o} / n \\text{ of the windows that hold } x_i",
  takes: takes(["x", "outputSize"]),
  args(x, outputSize) {
    const [, , height, width] = imageShape(checkFloat(x), 2);
    const out: Pair = readPair(outputSize, "outputSize", 2, 1, 1);
    askForImage(x, out);
    return {
      inputs: [x],
      attrs: {
        rows: { size: height, taps: adaptiveTaps(height, out[0]) },
        columns: { size: width, taps: adaptiveTaps(width, out[1]) },
      },
    };
  },
  samples: (r) => [
    [r.uniform([1, 2, 5, 4]), [3, 2]],
    [r.uniform([2, 3, 2]), 1],
  ],
});

function adaptiveTaps(n: number, out: number): Taps {
  return Array.from({ length: out }, (_, o) => {
    const [from, to] = [Math.floor((o * n) / out), Math.ceil(((o + 1) * n) / out)];
    return range(from, to).map((i) => [i, 1 / (to - from)]);
  });
}
