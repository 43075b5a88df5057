/** Max pooling: the largest element of each window takes the gradient, the first of equal ones. */

import { allocate, allocateUnset } from "../core/dtype";
import { ModelError } from "../core/error";
import { flag, integers } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { kernels } from "../kernels";
import { checkFloat } from "./arguments";
import {
  type Geometry,
  imageShape,
  type Pair,
  type PerDim,
  readPair,
  resultShape,
  windowCount,
} from "./convolution-geometry";
import { gather, scatterAdd } from "./gather";
import { reshape } from "./view";

/** Where the windows of a max pooling lie; one number stands for all dimensions of the image. */
export interface MaxPoolOptions {
  /** Steps from window to window; the kernel's size when left out. */
  stride?: PerDim;
  /** Room around the image, at most half the kernel; never the largest; 0 when left out. */
  padding?: PerDim;
  /** Distance between the elements of a window; 1 when left out. */
  dilation?: PerDim;
  /** Counts windows that reach over the end, too; false when left out. */
  ceilMode?: boolean;
}

interface PoolAttrs extends Omit<Geometry, "groups"> {
  readonly kernel: Pair;
  /** How many windows lie below and beside each other. */
  readonly count: Pair;
}

type Args = [x: Tensor, kernelSize: PerDim, options?: MaxPoolOptions];
type InPositions = [
  x: Tensor,
  kernelSize: PerDim,
  ...Positions<
    [stride?: PerDim | null, padding?: PerDim, dilation?: PerDim, ceilMode?: boolean],
    MaxPoolOptions
  >,
];
export type MaxPool = OpFunction<Args, InPositions>;

const signature = takes(["x", "kernelSize"], {
  stride: integers,
  padding: integers,
  dilation: integers,
  ceilMode: flag,
});

function readArgs(rank: 1 | 2, x: Tensor, kernelSize: PerDim, options: MaxPoolOptions = {}): PoolAttrs {
  const [, , height, width] = imageShape(checkFloat(x), rank);
  const kernel = readPair(kernelSize, "kernelSize", rank, 1, 1);
  const attrs = {
    rank,
    kernel,
    stride: readPair(options.stride ?? kernelSize, "stride", rank, 1, 1),
    padding: readPair(options.padding ?? 0, "padding", rank, 0, 0),
    dilation: readPair(options.dilation ?? 1, "dilation", rank, 1, 1),
  };
  return { ...attrs, count: poolCount([height, width], kernel, attrs, options.ceilMode ?? false) };
}

/** How many pooling windows fit. @throws ModelError for none, and for padding wider than half the kernel */
export function poolCount(
  size: Pair,
  kernel: Pair,
  geometry: Omit<Geometry, "groups">,
  ceilMode: boolean,
): Pair {
  const { padding, stride } = geometry;
  if (padding[0] > kernel[0] / 2 || padding[1] > kernel[1] / 2) {
    throw new ModelError(`padding is [${padding}], expected at most half of kernelSize [${kernel}]`);
  }
  const count = windowCount(size, kernel, geometry, ceilMode ? Math.ceil : Math.floor);
  // A last window that begins behind the image and its first padding would see nothing.
  const fitting = (d: 0 | 1) =>
    (count[d] - 1) * stride[d] >= size[d] + padding[d] ? count[d] - 1 : count[d];
  const fits: Pair = [fitting(0), fitting(1)];
  if (fits[0] < 1 || fits[1] < 1) {
    throw new ModelError(`kernelSize [${kernel}] is larger than the padded image of size [${size}]`);
  }
  return fits;
}

/** For every window the place of its largest element, counted over an image's pixels; [… , windows], int32. */
const maxPoolIndices: OpFunction<[Tensor, PoolAttrs]> = defineOp<[Tensor, PoolAttrs], PoolAttrs>({
  name: "maxPoolIndices",
  takes: null,
  role: "stops",
  label: "argmax x",
  formula: "\\bar{x} = 0",
  args: (x, attrs) => ({ inputs: [x], attrs }),
  forward([x], attrs) {
    const [images, channels, height, width] = imageShape(x as Tensor, attrs.rank);
    const windows = attrs.count[0] * attrs.count[1];
    const planes = { ...attrs, channels: images * channels, size: [height, width] as const };
    const out = allocateUnset("int32", planes.channels * windows) as Int32Array;
    kernels().findLargest((x as Tensor).data, out, planes);
    return new Tensor(out, [...leading(x as Tensor, attrs.rank), windows], "int32");
  },
  vjp: [null],
  jvp: [null],
  samples: (r) => {
    const square = { stride: [2, 2], padding: [0, 0], dilation: [1, 1], kernel: [2, 2] } as const;
    return [[r.distinct([1, 2, 4, 4]), { ...square, rank: 2, count: [2, 2] }]];
  },
});

function leading(x: Tensor, rank: 1 | 2): readonly number[] {
  return x.shape.slice(0, x.ndim - rank);
}

/** The elements of t, shaped like x, that are the largest of x's windows. */
function pick(x: Tensor, t: Tensor, attrs: PoolAttrs): Tensor {
  const { rank, count } = attrs;
  const flat = reshape(t, [...leading(x, rank), -1]);
  const picked = gather(flat, maxPoolIndices(x, attrs), { dim: -1 });
  return reshape(picked, resultShape(x, rank, x.shape.at(-rank - 1) as number, count));
}

function maxPool(rank: 1 | 2): MaxPool {
  return defineOp<Args, PoolAttrs, InPositions>({
    name: `maxPool${rank}d`,
    takes: signature,
    role: "routes",
    label: "max over windows",
    formula: "\\bar{x}_i = \\sum \\bar{o} \\text{ of the windows whose largest element is } x_i",
    args: (x, kernelSize, options) => ({ inputs: [x], attrs: readArgs(rank, x, kernelSize, options) }),
    forward: ([x], attrs) => pick(x as Tensor, x as Tensor, attrs),
    vjp: [
      (g, { x, attrs }) => {
        const lead = leading(x, rank);
        const pixels = x.shape.slice(x.ndim - rank).reduce((product, n) => product * n, 1);
        const zeros = new Tensor(allocate(g.dtype, x.size), [...lead, pixels], g.dtype);
        const spread = scatterAdd(zeros, maxPoolIndices(x, attrs), reshape(g, [...lead, -1]), { dim: -1 });
        return reshape(spread, x.shape);
      },
    ],
    jvp: [(t, { x, attrs }) => pick(x, t, attrs)],
    samples: (r) =>
      rank === 1
        ? [
            [r.distinct([2, 2, 5]), 2],
            [r.distinct([1, 6]), 3, { stride: 2, padding: 1, ceilMode: true }],
          ]
        : [
            [r.distinct([1, 2, 4, 5]), 2],
            [r.distinct([2, 4, 5]), [3, 2], { stride: [1, 2], padding: 1 }],
            [r.distinct([1, 1, 5, 5]), 2, { dilation: 2, ceilMode: true }],
          ],
  });
}

/** Largest elements of windows over [images, channels, length], as PyTorch's `max_pool1d`. */
export const maxPool1d: MaxPool = maxPool(1);

/** Largest elements of windows over [images, channels, height, width], as PyTorch's `max_pool2d`. */
export const maxPool2d: MaxPool = maxPool(2);
