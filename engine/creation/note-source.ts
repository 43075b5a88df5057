/** Notes what a tensor was made of, where that takes a gradient which the new tensor does not hand on. */
import { currentSite } from "../core/sites";
import { tapeInside } from "../core/tape";
import { isTensor, type Tensor } from "../core/tensor";

/** @param data what `made` was given: a tensor, an array, a number */
export function noteSource(data: unknown, made: Tensor): void {
  const taken = tapeInside()?.notes.taken;
  if (taken === undefined) return;
  if (!isTensor(data)) {
    if (typeof data === "object" && data !== null) taken.made(made, data);
  } else if (data.requiresGrad) taken.note({ from: data, how: "copy", at: currentSite(), to: made });
}
