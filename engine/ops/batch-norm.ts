/** Batch normalisation: over all items, per channel. */

import { ModelError } from "../core/error";
import { flag, number, tensor } from "../core/kinds";
import { defineOp, inFunction, type OpFunction, type Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { type Shape, showShape } from "../core/shape";
import { arrange, isOptions, takes } from "../core/signature";
import { isTensor, Tensor, zeroFilled } from "../core/tensor";
import { checkSameShape, type Maybe, readArgs } from "./arguments";
import { add, mul, sub } from "./arithmetic";
import { broadcastLike, sum } from "./broadcast";
import { checkChannels } from "./layer-norm";
import { channelSize, normalisation, normalisationCall, perChannel } from "./normalisation";
import { rsqrt } from "./powers";
import { groupMoments } from "./standardize";
import { reshape } from "./view";

/** What `batchNorm` takes besides x, weight and bias. */
export interface BatchNormOptions {
  /** True: statistics of this batch (default). False: the running ones. */
  training?: boolean;
  /** Added to the variance; 1e-5 when left out. */
  eps?: number;
  /** Mean and variance per channel; a training call updates their data. */
  runningMean?: Tensor | null;
  /** Variances [channels] of the batches so far, moved by a training call and used by the others. */
  runningVar?: Tensor | null;
  /** Weight of this batch in the running statistics; 0.1 when left out. */
  momentum?: number;
}

type Args<O> = [x: Tensor, weight?: Maybe | O, bias?: Maybe | O, options?: O];

/** PyTorch's order, which is told from the other one by the tensors behind the third place. */
type InPositions = [
  x: Tensor,
  runningMean?: Maybe | BatchNormOptions,
  runningVar?: Maybe | BatchNormOptions,
  weight?: Maybe | BatchNormOptions,
  bias?: Maybe,
  ...Positions<[training?: boolean, momentum?: number, eps?: number], BatchNormOptions>,
];

const names = ["x", "weight", "bias"];
const order = ["x", "runningMean", "runningVar", "weight", "bias", "training", "momentum", "eps"];
const signature = takes(
  names,
  {},
  {
    named: { runningMean: tensor, runningVar: tensor, training: flag, momentum: number, eps: number },
    pytorch: order,
    isPytorch: (args) => args.length > 3 && !isOptions(args[3]),
  },
);

/** The record of a training call. */
const normalizeBatch: OpFunction<Args<{ eps?: number }>> = normalisation<Args<{ eps?: number }>>({
  name: "batchNorm",
  takes: takes(names, {}, { named: { eps: number } }),
  args(...args) {
    const { tensors, options } = readArgs<{ eps?: number }>(args, names, 1);
    const x = checkChannels(tensors[0]);
    const [items, channels] = x.shape as [number, number];
    const size = channelSize(x);
    if (items * size < 2) {
      throw new ModelError(
        `x of shape ${showShape(x.shape)} has one value per channel, expected at least two when training`,
      );
    }
    const layout = {
      view: [items, channels, size],
      affine: perChannel(x),
      inner: channelSize(x),
      eps: options.eps ?? 1e-5,
    };
    return normalisationCall(x, tensors[1], tensors[2], layout, [channels]);
  },
  samples: (r) => [
    [r.uniform([3, 2, 2]), r.uniform([2]), r.uniform([2])],
    [r.uniform([4, 3]), { eps: 0.01 }],
  ],
});

interface FixedAttrs {
  readonly eps: number;
}

/** The record of a call with running statistics, which count as constants: x, mean, variance, weight, bias. */
const normalizeFixed: OpFunction<[Tensor, Tensor, Tensor, Tensor, Tensor, FixedAttrs]> = defineOp<
  [Tensor, Tensor, Tensor, Tensor, Tensor, FixedAttrs],
  FixedAttrs
>({
  name: "batchNormEval",
  takes: null,
  role: "scales",
  label: "(x − μ) / σ · w + b",
  formula: "\\bar{x} = \\bar{o} \\, w / \\sigma",
  args: (x, mean, variance, weight, bias, attrs) => ({ inputs: [x, mean, variance, weight, bias], attrs }),
  forward(inputs, { eps }) {
    const [x, , , weight, bias] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    return add(mul(scaled(inputs, eps), columns(weight, x)), columns(bias, x));
  },
  vjp: [
    (g, { x, inputs, attrs }) => mul(g, mul(columns(inputs[3], x), spreadOf(inputs, attrs.eps))),
    null,
    null,
    (g, { inputs, attrs }) => overItems(mul(g, scaled(inputs, attrs.eps))),
    (g) => overItems(g),
  ],
  jvp: [
    (t, { x, inputs, attrs }) => mul(t, mul(columns(inputs[3], x), spreadOf(inputs, attrs.eps))),
    null,
    null,
    (t, { x, inputs, attrs }) => mul(scaled(inputs, attrs.eps), columns(t, x)),
    (t, { x, out }) => broadcastLike(columns(t, x), out),
  ],
  samples: (r) => {
    const fixed = r.uniform([2], 0.5, 2).detach();
    return [[r.uniform([3, 2, 2]), fixed, fixed, r.uniform([2]), r.uniform([2]), { eps: 1e-5 }]];
  },
});

function columns(x: Tensor | undefined, like: Tensor): Tensor {
  return reshape(x as Tensor, perChannel(like));
}

/** 1 / √(variance + eps), ready to broadcast. */
function spreadOf(inputs: readonly Tensor[], eps: number): Tensor {
  return columns(rsqrt(add(inputs[2] as Tensor, eps)), inputs[0] as Tensor);
}

/** (x − mean) / √(variance + eps). */
function scaled(inputs: readonly Tensor[], eps: number): Tensor {
  const x = inputs[0] as Tensor;
  return mul(sub(x, columns(inputs[1], x)), spreadOf(inputs, eps));
}

function overItems(g: Tensor): Tensor {
  return sum(g, { dim: g.shape.flatMap((_, d) => (d === 1 ? [] : [d])) });
}

/**
 * Normalises [items, channels, …] per channel, then · weight + bias. In training with the batch's own mean and
 * variance, which also move `runningMean` and `runningVar`; otherwise with those.
 * @throws ModelError when running statistics are needed and missing, and for wrong shapes
 */
export function batchNorm(...args: Widest<Args<BatchNormOptions>, InPositions>): Tensor {
  const { tensors, options } = inFunction("batchNorm", () =>
    readArgs<BatchNormOptions>(arrange(signature, args), names, 1),
  );
  const [x, weight, bias] = tensors as [Tensor, Tensor?, Tensor?];
  if (args.length === 3 && weight !== undefined && bias !== undefined && isTensor(args[2])) {
    throw new ModelError(
      "batchNorm(): found two tensors behind x, which may be weight and bias or statistics",
      {
        hint: "write batchNorm(x, { weight, bias }) or batchNorm(x, { runningMean, runningVar, training: false })",
      },
    );
  }
  const { training = true, eps = 1e-5 } = options;
  if (training) {
    const out = normalizeBatch(x, weight, bias, { eps });
    updateStatistics(x, options);
    return out;
  }
  return inFunction("batchNorm", () => {
    const shape = [checkChannels(x).shape[1] as number];
    const read = (name: "runningMean" | "runningVar") => {
      const given = options[name];
      if (given) return copyOf(checkShaped(given, name, shape));
      throw new ModelError(`${name} is missing, expected the running statistics when training is false`);
    };
    const one = weight === undefined ? ones(shape, x) : checkShaped(weight, "weight", shape);
    const zero = bias === undefined ? zeroFilled(shape, x.dtype) : checkShaped(bias, "bias", shape);
    return normalizeFixed(x, read("runningMean"), read("runningVar"), one, zero, { eps });
  });
}

function ones(shape: Shape, { dtype }: Tensor): Tensor {
  const out = zeroFilled(shape, dtype);
  out.data.fill(1);
  return out;
}

/** Their own memory, because a later training call changes the running statistics in place. */
function copyOf(x: Tensor): Tensor {
  return new Tensor(x.data.slice(), x.shape, x.dtype);
}

function checkShaped(x: Tensor, name: string, shape: readonly number[]): Tensor {
  checkSameShape(x, name, shape);
  return x;
}

/** running = (1 − momentum) · running + momentum · batch, with the unbiased variance. */
function updateStatistics(x: Tensor, { runningMean, runningVar, momentum = 0.1 }: BatchNormOptions): void {
  if (!runningMean && !runningVar) return;
  const [items, channels] = x.shape as [number, number];
  const size = channelSize(x);
  const { means, variances } = groupMoments(new Tensor(x.data, [items, channels, size], x.dtype));
  const unbiased = (items * size) / (items * size - 1);
  const move = (running: Tensor | null | undefined, batch: Float64Array, factor: number) => {
    if (!running) return;
    batch.forEach((value, c) => {
      running.data[c] = (1 - momentum) * (running.data[c] as number) + momentum * factor * value;
    });
  };
  move(runningMean, means, 1);
  move(runningVar, variances, unbiased);
}
