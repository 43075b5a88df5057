/** Reads and checks the arguments of convolutions. */

import { ModelError } from "../core/error";
import { choice, either, integers, size } from "../core/kinds";
import type { Call } from "../core/op";
import { showShape } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat, checkInteger, checkRank, readArgs } from "./arguments";
import {
  type Geometry,
  imageShape,
  kernelOf,
  type Pair,
  readPair,
  transposedSize,
} from "./convolution-geometry";
import type { ConvOptions, ConvTransposeOptions } from "./convolution-options";

const names = ["x", "weight", "bias"];

const padding = either(integers, choice("same", "valid"));

/** What conv1d and conv2d take. */
export const takesConvolution = takes(names, { stride: integers, padding, dilation: integers, groups: size });

/** What convTranspose1d and convTranspose2d take. */
export const takesTransposed = takes(names, {
  stride: integers,
  padding: integers,
  outputPadding: integers,
  groups: size,
  dilation: integers,
});

/** Arguments of conv1d and conv2d. */
export function readConvolution(rank: 1 | 2, args: readonly unknown[]): Call<Geometry> {
  const { tensors, options } = readArgs<ConvOptions>(args, names, 2);
  const [x, w, b] = checkTensors(tensors, rank);
  const geometry = readGeometry(rank, options, kernelOf(w.shape, rank));
  const { groups } = geometry;
  const [, channels] = imageShape(x, rank);
  const [out, perGroup] = w.shape as [number, number];
  if (channels !== perGroup * groups) {
    throw new ModelError(
      `x of shape ${showShape(x.shape)} has ${channels} channels, expected ${perGroup * groups}: weight ${showShape(w.shape)} times ${groups} group${groups === 1 ? "" : "s"}`,
    );
  }
  if (out % groups !== 0) {
    throw new ModelError(`weight has ${out} outputs, expected a multiple of groups, ${groups}`);
  }
  checkBias(b, out);
  return { inputs: b === undefined ? [x, w] : [x, w, b], attrs: geometry };
}

/** Arguments of convTranspose1d and convTranspose2d. */
export function readTransposed(rank: 1 | 2, args: readonly unknown[]): Call<Geometry & { size: Pair }> {
  const { tensors, options } = readArgs<ConvTransposeOptions>(args, names, 2);
  const [x, w, b] = checkTensors(tensors, rank);
  const { outputPadding = 0, ...rest } = options;
  const kernel = kernelOf(w.shape, rank);
  const geometry = readGeometry(rank, rest, kernel);
  const { stride, groups } = geometry;
  const extra = readPair(outputPadding, "outputPadding", rank, 0, 0);
  if (extra[0] >= stride[0] || extra[1] >= stride[1]) {
    throw new ModelError(`outputPadding is ${JSON.stringify(outputPadding)}, expected less than the stride`);
  }
  const [, channels, height, width] = imageShape(x, rank);
  if (channels !== w.shape[0] || channels % groups !== 0) {
    throw new ModelError(
      `x of shape ${showShape(x.shape)} has ${channels} channels, expected the first size of weight ${showShape(w.shape)}, a multiple of groups, ${groups}`,
    );
  }
  const natural = transposedSize([height, width], kernel, geometry);
  checkBias(b, (w.shape[1] as number) * groups);
  const size: Pair = [natural[0] + extra[0], natural[1] + extra[1]];
  return { inputs: b === undefined ? [x, w] : [x, w, b], attrs: { ...geometry, size } };
}

function checkTensors(tensors: readonly (Tensor | undefined)[], rank: 1 | 2): [Tensor, Tensor, Tensor?] {
  const [x, w, b] = tensors.map((each, i) => (each === undefined ? undefined : checkFloat(each, names[i])));
  checkRank(w as Tensor, "weight", rank + 2);
  return b === undefined ? [x as Tensor, w as Tensor] : [x as Tensor, w as Tensor, b];
}

function checkBias(bias: Tensor | undefined, channels: number): void {
  if (bias === undefined || (bias.ndim === 1 && bias.size === channels)) return;
  throw new ModelError(`bias has shape ${showShape(bias.shape)}, expected [${channels}]`);
}

function readGeometry(rank: 1 | 2, options: ConvOptions, kernel: Pair): Geometry {
  const stride = readPair(options.stride ?? 1, "stride", rank, 1, 1);
  const dilation = readPair(options.dilation ?? 1, "dilation", rank, 1, 1);
  const groups = checkInteger(options.groups ?? 1, "groups", 1);
  const { padding = 0 } = options;
  if (padding === "same")
    return { rank, stride, dilation, groups, padding: samePadding(kernel, stride, dilation) };
  const width = padding === "valid" ? 0 : padding;
  return { rank, stride, dilation, groups, padding: readPair(width, "padding", rank, 0, 0) };
}

function samePadding(kernel: Pair, stride: Pair, dilation: Pair): Pair {
  const total = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)] as const;
  if (stride[0] !== 1 || stride[1] !== 1 || total[0] % 2 !== 0 || total[1] % 2 !== 0) {
    throw new ModelError(
      'padding "same" needs stride 1 and an odd kernel, use pad() before the convolution otherwise',
    );
  }
  return [total[0] / 2, total[1] / 2];
}
