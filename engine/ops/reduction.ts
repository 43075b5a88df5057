/** How losses end: the mean, the sum or no reduction of their elements. */

import { choice, gone, type Kind } from "../core/kinds";
import { checkChoice } from "../core/options";
import type { Tensor } from "../core/tensor";
import { sum } from "./broadcast";
import { mean } from "./mean";

export type LossReduction = "mean" | "sum" | "none";

export const reductions: Kind = choice("mean", "sum", "none");

/** PyTorch's `size_average` and `reduce`, which have a position in its losses. */
export const oldReduction: Kind = gone("reduction says the same");

export interface LossOptions {
  /** What becomes of the elements' losses: their mean (default), their sum, or nothing. */
  reduction?: LossReduction;
}

export function checkReduction(value: unknown = "mean"): LossReduction {
  return checkChoice(value, ["mean", "sum", "none"], "reduction");
}

/** The loss of all elements from that of each. */
export function reduceLoss(each: Tensor, reduction: LossReduction): Tensor {
  if (reduction === "none") return each;
  return reduction === "sum" ? sum(each) : mean(each);
}
