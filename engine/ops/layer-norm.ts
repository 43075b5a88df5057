/** Normalisations within an item: over its last dimensions, its groups of channels, or each channel. */

import { ModelError } from "../core/error";
import { integers, number, size } from "../core/kinds";
import type { OpFunction, Positions } from "../core/op";
import { type Shape, sameShape, showShape, sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat, checkInteger, type Maybe, readArgs } from "./arguments";
import { channelSize, normalisation, normalisationCall, perChannel } from "./normalisation";

type WithAffine<O> = [x: Tensor, weight: Maybe | O, bias?: Maybe | O, options?: O];

/** PyTorch's order: what is normalised stands before the tensors. It takes the other order, too, so that editors show one call. */
type InPositions<N extends readonly unknown[], O> = [
  x: Tensor,
  ...N,
  ...Positions<[weight?: Maybe, bias?: Maybe, eps?: number], O>,
];

const names = ["x", "weight", "bias"];

/** What `layerNorm` takes besides its tensors. */
export interface LayerNormOptions {
  /** The last dimensions, over which mean and variance are taken. */
  normalizedShape: number | Shape;
  /** Added to the variance; 1e-5 when left out. */
  eps?: number;
}

/** Mean 0 and variance 1 over the last dimensions, then · weight + bias, both of these dimensions' shape. */
export const layerNorm: OpFunction<
  WithAffine<LayerNormOptions>,
  InPositions<[normalizedShape: number | Shape | Maybe | LayerNormOptions], LayerNormOptions>
> = normalisation({
  name: "layerNorm",
  takes: takes(
    names,
    { normalizedShape: integers, eps: number },
    { pytorch: ["x", "normalizedShape", "weight", "bias", "eps"] },
  ),
  args(...args) {
    const { tensors, options } = readArgs<LayerNormOptions>(args, names, 1);
    const x = checkFloat(tensors[0]);
    const { normalizedShape: given, eps = 1e-5 } = options;
    const shape = typeof given === "number" ? [given] : given;
    const tail = x.shape.slice(x.ndim - (shape?.length ?? 0));
    if (!Array.isArray(shape) || shape.length === 0 || !sameShape(shape, tail)) {
      throw new ModelError(
        `normalizedShape is ${JSON.stringify(given)}, expected the last sizes of x, shape ${showShape(x.shape)}`,
      );
    }
    const inner = sizeOf(shape);
    const layout = { view: [1, inner === 0 ? 0 : x.size / inner, inner], affine: shape, inner: 1, eps };
    return normalisationCall(x, tensors[1], tensors[2], layout, shape);
  },
  samples: (r) => [
    [r.uniform([2, 3, 4]), r.uniform([4]), r.uniform([4]), { normalizedShape: [4] }],
    [r.uniform([2, 3, 2]), { normalizedShape: [3, 2] }],
  ],
});

/** What `groupNorm` takes besides its tensors. */
export interface GroupNormOptions {
  /** Number of groups, which divides that of the channels. */
  numGroups: number;
  /** Added to the variance; 1e-5 when left out. */
  eps?: number;
}

/** Mean 0 and variance 1 over groups of channels of each item, then · weight + bias, one per channel. */
export const groupNorm: OpFunction<
  WithAffine<GroupNormOptions>,
  InPositions<[numGroups: number | Maybe | GroupNormOptions], GroupNormOptions>
> = normalisation({
  name: "groupNorm",
  takes: takes(
    names,
    { numGroups: size, eps: number },
    { pytorch: ["x", "numGroups", "weight", "bias", "eps"] },
  ),
  args(...args) {
    const { tensors, options } = readArgs<GroupNormOptions>(args, names, 1);
    const x = checkChannels(tensors[0]);
    const groups = checkInteger(options.numGroups, "numGroups", 1);
    const [items, channels] = x.shape as [number, number];
    if (channels % groups !== 0) {
      throw new ModelError(`numGroups is ${groups}, expected a divisor of the ${channels} channels of x`);
    }
    const view = [1, items * groups, (channels / groups) * channelSize(x)];
    const layout = { view, affine: perChannel(x), inner: channelSize(x), eps: options.eps ?? 1e-5 };
    return normalisationCall(x, tensors[1], tensors[2], layout, [channels]);
  },
  samples: (r) => [
    [r.uniform([2, 4, 3]), r.uniform([4]), r.uniform([4]), { numGroups: 2 }],
    [r.uniform([2, 2, 2, 2]), { numGroups: 1 }],
  ],
});

/** What `instanceNorm` takes besides its tensors. */
export interface InstanceNormOptions {
  /** Added to the variance; 1e-5 when left out. */
  eps?: number;
}

type InstanceArgs = [
  x: Tensor,
  weight?: Maybe | InstanceNormOptions,
  bias?: Maybe | InstanceNormOptions,
  options?: InstanceNormOptions,
];

/** Mean 0 and variance 1 over each channel of each item, then · weight + bias, one per channel. */
export const instanceNorm: OpFunction<InstanceArgs> = normalisation<InstanceArgs>({
  name: "instanceNorm",
  // PyTorch has running statistics in between, which Gradlens does not: eps goes by name.
  takes: takes(names, {}, { named: { eps: number } }),
  args(...args) {
    const { tensors, options } = readArgs<InstanceNormOptions>(args, names, 1);
    const x = checkChannels(tensors[0]);
    const [items, channels] = x.shape as [number, number];
    const view = [1, items * channels, channelSize(x)];
    const layout = { view, affine: perChannel(x), inner: channelSize(x), eps: options.eps ?? 1e-5 };
    return normalisationCall(x, tensors[1], tensors[2], layout, [channels]);
  },
  samples: (r) => [
    [r.uniform([2, 2, 3])],
    [r.uniform([1, 2, 3, 2]), r.uniform([2]), r.uniform([2]), { eps: 0.1 }],
  ],
});

/** @throws ModelError unless x has items and channels */
export function checkChannels(value: Tensor | undefined): Tensor {
  const x = checkFloat(value);
  if (x.ndim >= 2) return x;
  throw new ModelError(`x has shape ${showShape(x.shape)}, expected [items, channels, …]`);
}
