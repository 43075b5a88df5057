/** How a backward pass behaves whatever its values: proportional to the gradient that comes in, and free of earlier calls. */
import { leavesOf } from "../../core/numbers";
import type { Pattern } from "../blame/pattern";
import type { PreparedLayer } from "./prepare";
import type { InputChange, Trial } from "./trial";

/** A power of two, so that a sum of products scales without rounding; large, for limits that clip; negative, for masks. */
const FACTOR = -8192;
/** Relative difference up to which results count as the same: passes that iterate stop somewhere. */
const SAME = 1e-4;

const notLinear: Pattern = {
  name: "not-linear",
  sentence:
    "its result is not proportional to the incoming gradient (is that left out, clipped, or used for a mask?)",
};
const remembers: Pattern = {
  name: "state",
  sentence:
    "after a call with other values it gives another gradient: something is kept from the call before",
};

/** What is wrong with the manner in which the gradient of each part is made; null where nothing is. */
export function mannersOf(
  { trial, parts, gradients }: PreparedLayer,
  weights: Float64Array,
): (Pattern | null)[] {
  const numbers = (factor: number, before: readonly InputChange[] = []) =>
    gradients(
      weights.map((w) => factor * w),
      before,
    ).of.map((each) => (each.numbers instanceof Float64Array ? each.numbers : null));
  try {
    const once = numbers(1);
    const scaled = trial.takesGradient
      ? numbers(FACTOR)
      : once.map((each) => each?.map((v) => v * FACTOR) ?? null);
    const later = afterOthers(trial, weights, (others) => numbers(1, others)) ?? once;
    return parts.map((_, i) => {
      const [a, b, c] = [once[i], scaled[i], later[i]];
      if (a && b && !isMultiple(a, b, FACTOR)) return notLinear;
      return a && c && !isMultiple(a, c, 1) ? remembers : null;
    });
  } catch {
    return parts.map(() => null);
  }
}

/** Null where a call on other values says nothing, or where the layer cannot be called on them. */
function afterOthers<T>(
  trial: Trial,
  weights: Float64Array,
  fn: (others: readonly InputChange[]) => T,
): T | null {
  const others = othersThan(trial);
  try {
    return trial.isAsBefore(others, weights) ? fn(others) : null;
  } catch {
    return null;
  }
}

/** Values near those of the call. */
function othersThan({ inputs }: Trial): InputChange[] {
  return inputs.flatMap((value, input) =>
    leavesOf(value).flatMap(({ path, flat }): InputChange[] => {
      if (!flat.continuous || (flat.data.every(Number.isInteger) && input > 0)) return [];
      const data = flat.data.map((v, i) => v * (1 + 0.1 * Math.sin(1 + 2 * i)));
      return [{ input, path, data, before: flat.data }];
    }),
  );
}

/** True when b is `factor` times a. */
function isMultiple(a: Float64Array, b: Float64Array, factor: number): boolean {
  let size = 0;
  for (const v of a) size = Math.max(size, Math.abs(v));
  return a.every((v, i) => {
    const found = (b[i] as number) / factor;
    return Object.is(v, found) || Math.abs(v - found) <= SAME * size;
  });
}
