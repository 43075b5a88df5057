/** Convolutions in one and two dimensions, transposed ones, and the products that their derivatives need. */

import { promote } from "../core/dtype";
import { type At, defineOp, type OpFunction, type Positions, type Rule } from "../core/op";
import { Tensor } from "../core/tensor";
import { kernels } from "../kernels";
import type { Elementwise } from "../kernels/kernels";
import type { Maybe } from "./arguments";
import { broadcastLike, sum } from "./broadcast";
import { readConvolution, readTransposed, takesConvolution, takesTransposed } from "./convolution-arguments";
import {
  type Geometry,
  imageShape,
  kernelOf,
  type Pair,
  type PerDim,
  planConvolution,
  resultShape,
  transposedSize,
} from "./convolution-geometry";
import type { ConvOptions, ConvTransposeOptions } from "./convolution-options";
import { correlate, correlateWeight, spread } from "./convolution-products";
import { reshape } from "./view";

type Args<O> = [x: Tensor, weight: Tensor, bias?: Maybe | O, options?: O];
type InPositions<P extends readonly unknown[], O> = [
  x: Tensor,
  weight: Tensor,
  bias?: Maybe | O,
  ...Positions<P, O>,
];
type Plain = InPositions<
  [stride?: PerDim, padding?: PerDim | "same" | "valid", dilation?: PerDim, groups?: number],
  ConvOptions
>;
type Transposed = InPositions<
  [stride?: PerDim, padding?: PerDim, outputPadding?: PerDim, groups?: number, dilation?: PerDim],
  ConvTransposeOptions
>;
export type Convolution = OpFunction<Args<ConvOptions>, Plain>;
export type TransposedConvolution = OpFunction<Args<ConvTransposeOptions>, Transposed>;

interface TransposedAttrs extends Geometry {
  /** Size of the result. */
  readonly size: Pair;
}

interface WeightAttrs extends Geometry {
  /** Shape of the weight. */
  readonly shape: readonly number[];
}

interface Family {
  readonly conv: Convolution;
  readonly convTranspose: TransposedConvolution;
  readonly weight: OpFunction<[Tensor, Tensor, WeightAttrs]>;
}

function defineConvolution(rank: 1 | 2): Convolution {
  return defineOp<Args<ConvOptions>, Geometry, Plain>({
    name: `conv${rank}d`,
    takes: takesConvolution,
    role: "contracts",
    label: "w ∗ x + b",
    formula:
      "\\bar{x} = w^T \\ast \\bar{o}, \\quad \\bar{w} = x \\ast \\bar{o}, \\quad \\bar{b} = \\textstyle\\sum \\bar{o}",
    args: (...args) => readConvolution(rank, args),
    forward([x, w, b], geometry) {
      const plan = planOf(x as Tensor, (w as Tensor).shape, geometry);
      const type = promote([x as Tensor, w as Tensor]);
      const data = correlate((x as Tensor).data, (w as Tensor).data, plan, type);
      if (b !== undefined) addBias(data, b, plan.windows.count);
      return new Tensor(data, resultShape(x as Tensor, rank, plan.outChannels, plan.windows.count), type);
    },
    vjp: [
      (g, { x, y, attrs }) => transposed(g, y, { ...attrs, size: imageSize(x, rank) }),
      (g, { x, y, attrs }) => weightProduct(x, g, { ...attrs, shape: y.shape }),
      (g) => sumOverImage(g, rank),
    ],
    jvp: [
      (t, { y, attrs }) => plain(t, y, attrs),
      (t, { x, attrs }) => plain(x, t, attrs),
      (t, at) => biasTangent(t, at, rank),
    ],
    samples: (r) => samplesOf(rank, r.uniform.bind(r)),
  });
}

function defineTransposed(rank: 1 | 2): TransposedConvolution {
  return defineOp<Args<ConvTransposeOptions>, TransposedAttrs, Transposed>({
    name: `convTranspose${rank}d`,
    takes: takesTransposed,
    role: "contracts",
    label: "wᵀ ∗ x + b",
    formula:
      "\\bar{x} = w \\ast \\bar{o}, \\quad \\bar{w} = \\bar{o} \\ast x, \\quad \\bar{b} = \\textstyle\\sum \\bar{o}",
    args: (...args) => readTransposed(rank, args),
    forward([x, w, b], attrs) {
      const [images] = imageShape(x as Tensor, rank);
      const { shape } = w as Tensor;
      const channels = (shape[1] as number) * attrs.groups;
      const image = { images, channels, size: attrs.size };
      const plan = planConvolution(image, shape[0] as number, kernelOf(shape, rank), attrs);
      const type = promote([x as Tensor, w as Tensor]);
      const data = spread((x as Tensor).data, (w as Tensor).data, plan, type);
      if (b !== undefined) addBias(data, b, attrs.size);
      return new Tensor(data, resultShape(x as Tensor, rank, channels, attrs.size), type);
    },
    vjp: [
      (g, { y, attrs }) => plain(g, y, attrs),
      (g, { x, y, attrs }) => weightProduct(g, x, { ...attrs, shape: y.shape }),
      (g) => sumOverImage(g, rank),
    ],
    jvp: [
      (t, { y, attrs }) => transposed(t, y, attrs),
      (t, { x, attrs }) => transposed(x, t, attrs),
      (t, at) => biasTangent(t, at, rank),
    ],
    samples: (r) => transposedSamples(rank, r.uniform.bind(r)),
  });
}

/** The gradient of a convolution's weight, from its image and the gradient of its result. */
function defineWeightProduct(rank: 1 | 2): Family["weight"] {
  return defineOp<[Tensor, Tensor, WeightAttrs], WeightAttrs>({
    name: `conv${rank}dWeight`,
    takes: null,
    role: "contracts",
    label: "x ∗ y",
    formula: "\\bar{x} = \\bar{o}^T \\ast y, \\quad \\bar{y} = \\bar{o} \\ast x",
    args: (x, g, attrs) => ({ inputs: [x, g], attrs }),
    forward([x, g], attrs) {
      const plan = planOf(x as Tensor, attrs.shape, attrs);
      const type = promote([x as Tensor, g as Tensor]);
      return new Tensor(
        correlateWeight((x as Tensor).data, (g as Tensor).data, plan, type),
        attrs.shape,
        type,
      );
    },
    vjp: [
      (u, { x, y, attrs }) => transposed(y, u, { ...attrs, size: imageSize(x, rank) }),
      (u, { x, attrs }) => plain(x, u, attrs),
    ],
    jvp: [(t, { y, attrs }) => weightProduct(t, y, attrs), (t, { x, attrs }) => weightProduct(x, t, attrs)],
    samples: (r) => {
      const attrs = { rank, stride: [1, 2], padding: [0, 1], dilation: [1, 1], groups: 1 } as const;
      const x = r.uniform(rank === 1 ? [2, 2, 4] : [2, 2, 3, 4]);
      const g = r.uniform(rank === 1 ? [2, 3, 3] : [2, 3, 2, 3]);
      return [[x, g, { ...attrs, shape: rank === 1 ? [3, 2, 2] : [3, 2, 2, 2] }]];
    },
  });
}

function planOf(x: Tensor, weight: readonly number[], geometry: Geometry) {
  const [images, channels, height, width] = imageShape(x, geometry.rank);
  const image = { images, channels, size: [height, width] as const };
  return planConvolution(image, weight[0] as number, kernelOf(weight, geometry.rank), geometry);
}

function imageSize(x: Tensor, rank: 1 | 2): Pair {
  const [, , height, width] = imageShape(x, rank);
  return [height, width];
}

/** The options of a call that has this geometry. */
function optionsOf({ rank, stride, padding, dilation, groups }: Geometry) {
  const own = (pair: Pair) => (rank === 1 ? [pair[1]] : pair);
  return { stride: own(stride), padding: own(padding), dilation: own(dilation), groups };
}

function plain(x: Tensor, w: Tensor, geometry: Geometry): Tensor {
  return families[geometry.rank].conv(x, w, optionsOf(geometry));
}

function transposed(x: Tensor, w: Tensor, attrs: TransposedAttrs): Tensor {
  const { rank, size } = attrs;
  const natural = transposedSize(imageSize(x, rank), kernelOf(w.shape, rank), attrs);
  const missing = [size[0] - natural[0], size[1] - natural[1]].slice(2 - rank);
  return families[rank].convTranspose(x, w, { ...optionsOf(attrs), outputPadding: missing });
}

function weightProduct(
  x: Tensor,
  g: Tensor,
  { rank, stride, padding, dilation, groups, shape }: WeightAttrs,
): Tensor {
  return families[rank].weight(x, g, { rank, stride, padding, dilation, groups, shape });
}

function addBias(data: Tensor["data"], bias: Tensor, size: Pair): void {
  const inner = size[0] * size[1];
  const shape = [data.length / (bias.size * inner), bias.size, inner];
  const sums = { data, strides: [bias.size * inner, inner, 1] };
  kernels().map(addition, [sums, { data: bias.data, strides: [0, 1, 0] }], data, shape, []);
}

const addition: Elementwise = { name: "add", expr: "x + y" };

/** The sum over everything but the channels. */
function sumOverImage(g: Tensor, rank: 1 | 2): Tensor {
  const channel = g.ndim - rank - 1;
  return sum(g, { dim: g.shape.flatMap((_, d) => (d === channel ? [] : [d])) });
}

function biasTangent<A extends object>(t: Tensor, at: At<A>, rank: 1 | 2): ReturnType<Rule> {
  const spatial = new Array<number>(rank).fill(1);
  return broadcastLike(reshape(t, [t.size, ...spatial]), at.out);
}

type Draw = (shape: readonly number[]) => Tensor;

function samplesOf(rank: 1 | 2, draw: Draw): [Args<ConvOptions>, ...Args<ConvOptions>[]] {
  const image = (...shape: number[]) => draw(rank === 1 ? shape : [...shape, 4]);
  const weight = (...shape: number[]) => draw(rank === 1 ? shape : [...shape, 2]);
  return [
    [image(2, 2, 4), weight(3, 2, 3), draw([3])],
    [image(1, 2, 5), weight(4, 1, 2), { stride: 2, padding: 1, groups: 2 }],
    [image(2, 5), weight(1, 2, 2), draw([1]), { dilation: 2 }],
    [image(1, 1, 3), weight(2, 1, 1)],
  ];
}

function transposedSamples(
  rank: 1 | 2,
  draw: Draw,
): [Args<ConvTransposeOptions>, ...Args<ConvTransposeOptions>[]] {
  const image = (...shape: number[]) => draw(rank === 1 ? shape : [...shape, 2]);
  const weight = (...shape: number[]) => draw(rank === 1 ? shape : [...shape, 2]);
  return [
    [image(2, 3, 3), weight(3, 2, 3), draw([2])],
    [image(1, 2, 2), weight(2, 1, 3), { stride: 2, padding: 1, outputPadding: 1, groups: 2 }],
    [image(2, 3), weight(2, 1, 2), { dilation: 2 }],
  ];
}

const define = (rank: 1 | 2): Family => ({
  conv: defineConvolution(rank),
  convTranspose: defineTransposed(rank),
  weight: defineWeightProduct(rank),
});
const families = { 1: define(1), 2: define(2) } as const;

/** Convolution of [images, channels, length] with weight [out, channels / groups, kernel], as PyTorch's `conv1d`. */
export const conv1d: Convolution = families[1].conv;

/** Convolution of [images, channels, height, width] with weight [out, channels / groups, rows, columns], as PyTorch's `conv2d`. */
export const conv2d: Convolution = families[2].conv;

/** Transposed convolution with weight [channels, out / groups, kernel], as PyTorch's `conv_transpose1d`. */
export const convTranspose1d: TransposedConvolution = families[1].convTranspose;

/** Transposed convolution with weight [channels, out / groups, rows, columns], as PyTorch's `conv_transpose2d`. */
export const convTranspose2d: TransposedConvolution = families[2].convTranspose;
