/** Losses that are negative logarithms of a density: Poisson's and Gauss's. */

import { ModelError } from "../core/error";
import { flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { type Shape, sameShape, showShape } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat } from "./arguments";
import { add, div, mul, square, sub } from "./arithmetic";
import { le } from "./comparison";
import { composed } from "./composed";
import { exp, log } from "./exponentials";
import {
  checkReduction,
  type LossOptions,
  type LossReduction,
  oldReduction,
  reduceLoss,
  reductions,
} from "./reduction";
import { clamp, maskedFill } from "./select";
import { reshape } from "./view";

/** What `poissonNllLoss` takes besides its tensors. */
export interface PoissonNllLossOptions extends LossOptions {
  /** Whether x holds logarithms of rates; true when left out. */
  logInput?: boolean;
  /** Adds Stirling's approximation of the constant ln(target!); false when left out. */
  full?: boolean;
  /** Added to a rate before its logarithm; 1e-8 when left out. */
  eps?: number;
}

type PoissonPositions = [
  logInput?: boolean,
  full?: boolean,
  sizeAverage?: null,
  eps?: number,
  reduce?: null,
  reduction?: LossReduction,
];

/** Counts in `target` against rates in x, or logarithms of rates: eˣ − target x. */
export const poissonNllLoss: (
  ...args: Widest<
    [x: Tensor, target: Tensor, options?: PoissonNllLossOptions],
    [x: Tensor, target: Tensor, ...Positions<PoissonPositions, PoissonNllLossOptions>]
  >
) => Tensor = composed(
  "poissonNllLoss",
  takes(["x", "target"], {
    logInput: flag,
    full: flag,
    sizeAverage: oldReduction,
    eps: number,
    reduce: oldReduction,
    reduction: reductions,
  }),
  (x: Tensor, target: Tensor, options: PoissonNllLossOptions = {}): Tensor => {
    const { logInput = true, full = false, eps = 1e-8 } = options;
    const y = checkFloat(target, "target");
    const each = logInput ? sub(exp(checkFloat(x)), mul(y, x)) : sub(checkFloat(x), mul(y, log(add(x, eps))));
    return reduceLoss(full ? add(each, stirling(y)) : each, checkReduction(options.reduction));
  },
);

/** y ln y − y + ln(2πy) / 2, and 0 up to 1. */
function stirling(y: Tensor): Tensor {
  const value = add(sub(mul(y, log(y)), y), mul(log(mul(y, 2 * Math.PI)), 0.5));
  return maskedFill(value, le(y, 1), 0);
}

/** What `gaussianNllLoss` takes besides its tensors. */
export interface GaussianNllLossOptions extends LossOptions {
  /** Adds the constant ln(2π) / 2; false when left out. */
  full?: boolean;
  /** Variances below this count as this; the gradient does not see the bound. 1e-6 when left out. */
  eps?: number;
}

/**
 * Targets against normal distributions with mean x and the given variances: (ln variance + (x − target)² / variance) / 2.
 * @param variance of x's shape, or with a last dimension of size 1, or without it
 * @throws ModelError for a variance below 0 or of another shape
 */
export const gaussianNllLoss: (
  ...args: Widest<
    [x: Tensor, target: Tensor, variance: Tensor, options?: GaussianNllLossOptions],
    [
      x: Tensor,
      target: Tensor,
      variance: Tensor,
      ...Positions<[full?: boolean, eps?: number, reduction?: LossReduction], GaussianNllLossOptions>,
    ]
  >
) => Tensor = composed(
  "gaussianNllLoss",
  takes(
    ["x", "target", "variance"],
    { full: flag, eps: number, reduction: reductions },
    { aliases: { var: "variance" } },
  ),
  (x: Tensor, target: Tensor, variance: Tensor, options: GaussianNllLossOptions = {}): Tensor => {
    const { full = false, eps = 1e-6 } = options;
    const spread = atLeast(readVariance(checkFloat(variance, "variance"), checkFloat(x).shape), eps);
    const distance = div(square(sub(x, checkFloat(target, "target"))), spread);
    const each = mul(add(log(spread), distance), 0.5);
    const whole = full ? add(each, 0.5 * Math.log(2 * Math.PI)) : each;
    return reduceLoss(whole, checkReduction(options.reduction));
  },
);

function readVariance(variance: Tensor, shape: Shape): Tensor {
  const at = variance.data.findIndex((v) => v < 0);
  if (at >= 0) {
    throw new ModelError(
      `variance holds ${variance.data[at]} at position ${at}, expected numbers of at least 0`,
    );
  }
  if (sameShape(variance.shape, shape)) return variance;
  const rows = shape.slice(0, -1);
  if (sameShape(variance.shape, rows)) return reshape(variance, [...rows, 1]);
  if (sameShape(variance.shape, [...rows, 1])) return variance;
  throw new ModelError(
    `variance has shape ${showShape(variance.shape)}, expected ${showShape(shape)}, ${showShape([...rows, 1])} or ${showShape(rows)}`,
  );
}

/** The value of max(x, least) with the gradient of x, as PyTorch computes it. */
function atLeast(x: Tensor, least: number): Tensor {
  if (x.data.every((v) => v >= least)) return x;
  return add(x, sub(clamp(x.detach(), { min: least }), x.detach()));
}
