/** The gradient of a tensor as a person who reads `x.grad` knows it. */

import type { Tensor } from "../core/tensor";
import type { Run } from "./run";

/** Of a leaf what the model's own backward passes added up, as long as it is there; else what the last one gave. */
export function shownGradient({ gradients, isSweptByModel }: Run, x: Tensor): Tensor | null {
  const kept = isSweptByModel && x.isLeaf && !x.grad?.isForgotten ? x.grad : null;
  return kept ?? gradients?.get(x) ?? null;
}
