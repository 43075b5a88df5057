/** Losses that measure a distance to the target: squared, absolute, Huber. */

import { ModelError } from "../core/error";
import { number } from "../core/kinds";
import type { Sampler } from "../core/sampler";
import { mul, neg, sub } from "./arithmetic";
import type { KernelParams } from "./map-elements";
import { type LossArgs, type PairLoss, pairLoss, type UsualPositions, usual } from "./pair-loss";
import { type LossOptions, type LossReduction, reductions } from "./reduction";
import { sign } from "./rounding";
import { clamp } from "./select";

/** Squared difference, as `torch.nn.functional.mse_loss`. */
export const mseLoss: PairLoss = pairLoss<LossOptions>({
  name: "mseLoss",
  expectsOneShape: true,
  label: "mean (x − y)²",
  formula: "\\bar{x} = 2 \\, \\bar{o} \\, (x - y) / N",
  kernel: "(x - y) * (x - y)",
  derivatives: [(x, y) => mul(sub(x, y), 2), (x, y) => mul(sub(x, y), -2)],
  samples: (r) => [
    [r.uniform([3, 2]), r.uniform([3, 2])],
    [r.uniform([3, 2]), r.uniform([2]), { reduction: "none" }],
    [r.uniform([4]), r.uniform([4]), { reduction: "sum" }],
  ],
});

/** Inputs whose differences stay away from the kinks at 0 and ±1. */
function apart(r: Sampler): LossArgs {
  const x = r.uniform([2, 3], 0.1, 0.4);
  return [x, r.uniform([2, 3], -2.5, -1.5)];
}

/** Absolute difference. */
export const l1Loss: PairLoss = pairLoss<LossOptions>({
  name: "l1Loss",
  expectsOneShape: true,
  label: "mean |x − y|",
  formula: "\\bar{x} = \\bar{o} \\, \\mathrm{sign}(x - y) / N",
  kernel: "Math.abs(x - y)",
  derivatives: [(x, y) => sign(sub(x, y)), (x, y) => neg(sign(sub(x, y)))],
  samples: (r) => [apart(r)],
});

/** What `smoothL1Loss` takes besides its tensors. */
export interface SmoothL1Options extends LossOptions {
  /** Below this difference the loss is a parabola; 1 when left out. */
  beta?: number;
}

type SmoothPositions = [...UsualPositions, beta?: number];

/** Absolute difference with a parabola of width beta at 0: 0.5 d² / beta, then |d| − 0.5 beta. */
export const smoothL1Loss: PairLoss<SmoothL1Options, SmoothPositions> = pairLoss({
  name: "smoothL1Loss",
  expectsOneShape: true,
  takes: { ...usual, beta: number },
  label: "mean smooth |x − y|",
  formula: "\\bar{x} = \\bar{o} \\, \\mathrm{clamp}((x - y) / \\beta, -1, 1) / N",
  kernel: "Math.abs(x - y) < beta ? 0.5 * (x - y) * (x - y) / beta : Math.abs(x - y) - 0.5 * beta",
  options: { beta: 1 },
  check: (_, __, { beta = 1 }) => {
    if (!(beta >= 0)) throw new ModelError(`beta is ${beta}, expected a number of at least 0`);
  },
  derivatives: [(x, y, p) => smoothSlope(x, y, p), (x, y, p) => neg(smoothSlope(x, y, p))],
  samples: (r) => [
    apart(r),
    [r.uniform([4], -0.1, 0.1), r.uniform([4], 0.1, 0.3), { beta: 0.7, reduction: "none" }],
  ],
});

function smoothSlope(x: Parameters<typeof mseLoss>[0], y: typeof x, { beta = 1 }: KernelParams) {
  const difference = sub(x, y);
  return beta === 0 ? sign(difference) : clamp(mul(difference, 1 / beta), { min: -1, max: 1 });
}

/** What `huberLoss` takes besides its tensors. */
export interface HuberOptions extends LossOptions {
  /** Where the parabola ends; 1 when left out. */
  delta?: number;
}

type HuberPositions = [reduction?: LossReduction, delta?: number];

/** 0.5 d² below delta, delta (|d| − 0.5 delta) above. */
export const huberLoss: PairLoss<HuberOptions, HuberPositions> = pairLoss({
  name: "huberLoss",
  expectsOneShape: true,
  takes: { reduction: reductions, delta: number },
  label: "mean huber(x − y)",
  formula: "\\bar{x} = \\bar{o} \\, \\mathrm{clamp}(x - y, -\\delta, \\delta) / N",
  kernel: "Math.abs(x - y) < delta ? 0.5 * (x - y) * (x - y) : delta * (Math.abs(x - y) - 0.5 * delta)",
  options: { delta: 1 },
  check: (_, __, { delta = 1 }) => {
    if (!(delta > 0)) throw new ModelError(`delta is ${delta}, expected a number above 0`);
  },
  derivatives: [
    (x, y, { delta = 1 }) => clamp(sub(x, y), { min: -delta, max: delta }),
    (x, y, { delta = 1 }) => clamp(sub(y, x), { min: -delta, max: delta }),
  ],
  samples: (r) => [
    apart(r),
    [r.uniform([4], -0.1, 0.1), r.uniform([4], 0.1, 0.3), { delta: 0.8, reduction: "sum" }],
  ],
});
