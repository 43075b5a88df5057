/** Weights that a backward pass changes itself, keeping no gradient of them: the gradient is in what it adds. */

import { normOf } from "../../core/norm-of";
import { flatNumbers, partAt } from "../../core/numbers";
import type { Evaluation } from "../differences/variants";
import type { Part } from "./parts";
import type { Gave } from "./trial";

/** Relative to the weights, how far the loss is followed along the step. */
const FAR = 1e-4;

/** What a backward pass adds to a field of its own; null where it leaves it as it is. */
export function stepOf({ path, flat, input }: Part, { fields }: Gave): Float64Array | null {
  const after = input === null ? flatNumbers(partAt(fields, path))?.data : undefined;
  if (after?.length !== flat.data.length || !flat.continuous) return null;
  const step = after.map((v, i) => v - (flat.data[i] as number));
  return step.some((v) => v !== 0) && step.every(Number.isFinite) ? step : null;
}

/** A field that a pass steps, with the loss as a function of it. */
export interface Stepped {
  readonly step: Float64Array;
  readonly evaluation: Evaluation;
}

/**
 * By what a pass multiplies gradients when it steps its weights: from how steeply the loss falls along the longest of
 * the steps. Null where it does not fall, and where there is but one number, which is a multiple of any other.
 */
export function rateOf(all: readonly Stepped[]): number | null {
  const count = all.reduce((sum, { step }) => sum + step.length, 0);
  const [longest] = [...all].sort((a, b) => b.step.length - a.step.length);
  if (longest === undefined || count < 2) return null;
  const { step, evaluation } = longest;
  const size = normOf(step);
  const by = (FAR * (normOf(evaluation.x.data) || 1)) / size;
  const at = (t: number) => {
    const data = step.map((v, i) => (evaluation.x.data[i] as number) + t * v);
    return evaluation.losses({ kind: "dense", data }, 1)[0] as number;
  };
  const slope = (at(by) - at(-by)) / (2 * by);
  return slope < 0 ? (size * size) / -slope : null;
}
