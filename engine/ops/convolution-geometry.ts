/** Sizes, strides and paddings of convolutions and poolings in one or two dimensions. */
import { ModelError } from "../core/error";
import { type Shape, showShape, sizeOf } from "../core/shape";
import type { Tensor } from "../core/tensor";
import type { ConvolutionPlan } from "./convolution-products";

/** A number for all dimensions, or one for each. */
export type PerDim = number | readonly number[];
export type Pair = readonly [rows: number, columns: number];

/** An option as [rows, columns]; in one dimension the rows get `neutral`. @throws ModelError for wrong numbers */
export function readPair(value: PerDim, name: string, rank: 1 | 2, least: number, neutral: number): Pair {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  const fits = Array.isArray(list) && list.length === rank;
  if (!fits || !list.every((n) => Number.isInteger(n) && n >= least)) {
    throw new ModelError(
      `${name} is ${JSON.stringify(value)}, expected an integer of at least ${least}${rank === 2 ? ", or two" : ""}`,
    );
  }
  return rank === 1 ? [neutral, list[0] as number] : [list[0] as number, list[1] as number];
}

export interface Geometry {
  readonly rank: 1 | 2;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** An image tensor as [images, channels, height, width]; images and height may be missing. */
export function imageShape(x: Tensor, rank: 1 | 2, name = "x"): readonly [number, number, number, number] {
  if (x.ndim !== rank + 1 && x.ndim !== rank + 2) {
    const names = rank === 1 ? "length" : "height, width";
    throw new ModelError(
      `${name} has shape ${showShape(x.shape)}, expected [images, channels, ${names}] or [channels, ${names}]`,
    );
  }
  const [images, rest] = x.ndim === rank + 2 ? [x.shape[0] as number, x.shape.slice(1)] : [1, x.shape];
  const spatial = rank === 1 ? [1, ...rest.slice(1)] : rest.slice(1);
  return [images, rest[0] as number, spatial[0] as number, spatial[1] as number];
}

/** Height and width of a weight. */
export function kernelOf(shape: Shape, rank: 1 | 2): Pair {
  return rank === 1 ? [1, shape[2] as number] : [shape[2] as number, shape[3] as number];
}

/** How many windows fit along each dimension. */
export function windowCount(
  size: Pair,
  kernel: Pair,
  { stride, padding, dilation }: Omit<Geometry, "groups">,
  round = Math.floor,
): Pair {
  const count = (d: 0 | 1) =>
    round((size[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1;
  return [count(0), count(1)];
}

/** The size of what a transposed convolution makes of an image of `size`, without output padding. */
export function transposedSize(size: Pair, kernel: Pair, { stride, padding, dilation }: Geometry): Pair {
  const natural = (d: 0 | 1) =>
    (size[d] - 1) * stride[d] - 2 * padding[d] + dilation[d] * (kernel[d] - 1) + 1;
  return [natural(0), natural(1)];
}

/** The shape of a result with these sizes; as many dimensions as the image it was made from. */
export function resultShape(like: Tensor, rank: 1 | 2, channels: number, size: Pair): number[] {
  const spatial = rank === 1 ? [size[1]] : [...size];
  return like.ndim === rank + 2 ? [like.shape[0] as number, channels, ...spatial] : [channels, ...spatial];
}

/** Plan of the convolution that turns an image of `size` into one of `outChannels`. @throws ModelError when nothing fits */
export function planConvolution(
  image: { images: number; channels: number; size: Pair },
  outChannels: number,
  kernel: Pair,
  geometry: Geometry,
): ConvolutionPlan {
  const { stride, padding, dilation, groups } = geometry;
  const count = windowCount(image.size, kernel, geometry);
  if (count[0] < 1 || count[1] < 1 || sizeOf(kernel) === 0) {
    throw new ModelError(
      `the kernel of size ${showShape(kernel)} is larger than the padded image of size ${showShape(image.size.map((n, d) => n + 2 * (padding[d] as number)))}`,
    );
  }
  const windows = { channels: image.channels, size: image.size, kernel, stride, padding, dilation, count };
  return { images: image.images, groups, outChannels, windows };
}
