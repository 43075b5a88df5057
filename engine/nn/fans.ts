/** How many inputs and outputs a weight connects, and how much an activation shrinks what passes. */

import { ModelError } from "../core/error";
import { type Shape, showShape, sizeOf } from "../core/shape";
import { readCall, takes } from "../core/signature";

/** How many inputs and outputs a weight connects, the places of a kernel counted. */
export interface Fans {
  /** Inputs of one output. */
  readonly in: number;
  /** Outputs of one input. */
  readonly out: number;
}

/**
 * Fan-in and fan-out of a weight of shape [out, in, …kernel].
 * @throws ModelError for fewer than two dimensions
 */
export function fansOf(shape: Shape): Fans {
  const [out, inputs] = shape;
  if (out === undefined || inputs === undefined) {
    throw new ModelError(
      `nn.init: a weight of shape ${showShape(shape)} has no fans, expected at least two dimensions [out, in, …]`,
    );
  }
  const kernel = sizeOf(shape.slice(2));
  return { in: inputs * kernel, out: out * kernel };
}

export const nonlinearities = [
  "linear",
  "conv1d",
  "conv2d",
  "sigmoid",
  "tanh",
  "relu",
  "leakyRelu",
  "selu",
] as const;

/** Names of the activations that gains are known of. */
export type Nonlinearity = (typeof nonlinearities)[number];

/**
 * The factor that keeps the variance from layer to layer behind an activation, as `torch.nn.init.calculate_gain`.
 * @param param slope of a leaky ReLU
 */
export function calculateGain(...args: [nonlinearity: Nonlinearity, param?: number]): number {
  const signature = takes(["nonlinearity", "param"]);
  const [nonlinearity, param = 0.01] = readCall<typeof args>("nn.init.calculateGain", signature, args);
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "conv2d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + param ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new ModelError(
        `nn.init.calculateGain(): nonlinearity is ${JSON.stringify(nonlinearity)}, expected linear, sigmoid, tanh, relu, leakyRelu or selu`,
      );
  }
}
