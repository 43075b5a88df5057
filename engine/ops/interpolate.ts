/** Images of another size, by the nearest pixel or by a line between neighbours. */

import { showValue } from "../core/describe";
import { ModelError } from "../core/error";
import { choice, flag, integers, numbers } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat } from "./arguments";
import { askForImage, separable } from "./average-pool";
import { imageShape, type Pair, type PerDim, readPair } from "./convolution-geometry";
import type { Taps } from "./mix";

/**
 * The size of the result of `interpolate`, given as `size` or as `scaleFactor`, and what stands in between.
 */
export interface InterpolateOptions {
  /** Height and width of the result; this or `scaleFactor`. */
  size?: PerDim;
  /** Factors for height and width. */
  scaleFactor?: number | readonly number[];
  /** The nearest pixel, or a mixture of four; "nearest" when left out. */
  mode?: "nearest" | "bilinear";
  /** Whether the centres of the corner pixels stay where they are; bilinear only; false when left out. */
  alignCorners?: boolean;
}

type Args = [x: Tensor, options: InterpolateOptions];
type InPositions = [
  x: Tensor,
  ...Positions<
    [
      size: PerDim | null | undefined,
      scaleFactor?: number | readonly number[] | null,
      mode?: "nearest" | "bilinear",
      alignCorners?: boolean,
    ],
    InterpolateOptions
  >,
];

/** Resizes [images, channels, height, width], as PyTorch's `interpolate`. */
export const interpolate: OpFunction<Args, InPositions> = defineOp({
  ...separable,
  name: "interpolate",
  role: "gathers",
  label: "resize x",
  formula: "\\bar{x}_i = \\sum_j w_{ji} \\, \\bar{o}_j",
  takes: takes(["x"], {
    size: integers,
    scaleFactor: numbers,
    mode: choice("nearest", "bilinear"),
    alignCorners: flag,
  }),
  args(x, options) {
    const { mode = "nearest", alignCorners = false } = options ?? {};
    const [, , height, width] = imageShape(checkFloat(x), 2);
    const { size, scale } = readSize([height, width], options ?? {});
    askForImage(x, size);
    const taps = (n: number, d: 0 | 1): Taps =>
      mode === "nearest"
        ? nearestTaps(n, size[d], scale[d])
        : linearTaps(n, size[d], alignCorners ? null : scale[d]);
    return {
      inputs: [x],
      attrs: {
        rows: { size: height, taps: taps(height, 0) },
        columns: { size: width, taps: taps(width, 1) },
      },
    };
  },
  samples: (r) => [
    [r.uniform([1, 2, 2, 3]), { scaleFactor: 2 }],
    [r.uniform([1, 1, 3, 4]), { size: [5, 2], mode: "bilinear" }],
    [r.uniform([2, 3, 3]), { size: 5, mode: "bilinear", alignCorners: true }],
  ],
});

/** The result's size, and how many pixels of the source one pixel of it spans. */
function readSize(source: Pair, { size, scaleFactor }: InterpolateOptions): { size: Pair; scale: Pair } {
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ModelError("expected either size or scaleFactor");
  }
  if (size !== undefined) {
    const out = readPair(size, "size", 2, 1, 1);
    return { size: out, scale: [source[0] / out[0], source[1] / out[1]] };
  }
  const factors = typeof scaleFactor === "number" ? [scaleFactor, scaleFactor] : (scaleFactor ?? []);
  const out = factors.map((f, d) => Math.floor(f * (source[d] as number)));
  if (out.length !== 2 || !out.every((n) => n >= 1)) {
    throw new ModelError(
      `scaleFactor is ${showValue(scaleFactor)}, expected a number above 0, or two, that leave a pixel of [${source}]`,
    );
  }
  return {
    size: [out[0] as number, out[1] as number],
    scale: [1 / (factors[0] as number), 1 / (factors[1] as number)],
  };
}

function nearestTaps(n: number, out: number, scale: number): Taps {
  return Array.from({ length: out }, (_, o) => [[Math.min(Math.floor(o * scale), n - 1), 1]]);
}

/** @param scale null: corners stay where they are */
function linearTaps(n: number, out: number, scale: number | null): Taps {
  return Array.from({ length: out }, (_, o) => {
    const aligned = out > 1 ? (o * (n - 1)) / (out - 1) : 0;
    const place = scale === null ? aligned : Math.max(0, scale * (o + 0.5) - 0.5);
    const left = Math.min(Math.floor(place), n - 1);
    const right = Math.min(left + 1, n - 1);
    const share = right === left ? 0 : place - left;
    return share === 0
      ? [[left, 1]]
      : [
          [left, 1 - share],
          [right, share],
        ];
  });
}
