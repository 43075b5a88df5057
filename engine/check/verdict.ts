/** What a check says: a verdict and a sentence that a student understands. */

import type { Check, Verdict, WorstElement } from "../report";
import { type Shape, sizeOf } from "../shape";
import type { Element } from "./judge";

/** True for verdicts that mean a mistake: what makes a command fail. */
export function isFailure({ verdict }: Pick<Check, "verdict">): boolean {
  return ["wrong-derivative", "cut", "non-deterministic", "non-finite"].includes(verdict);
}

/** The N-dimensional index of a flat one. */
export function unravel(index: number, shape: Shape): number[] {
  let rest = index;
  let size = sizeOf(shape);
  return shape.map((n) => {
    size /= n;
    const at = Math.floor(rest / size);
    rest -= at * size;
    return at;
  });
}

/**
 * The element that the check shows. Relative errors are taken against the element itself where it is wrong; where
 * all is well against the larger of it and the typical gradient, since a difference of rounding is no error.
 */
export function worstElement(
  index: number,
  analytic: number,
  numeric: number,
  shape: Shape,
  typical: number,
): WorstElement {
  const absError = Math.abs(analytic - numeric);
  const size = Math.max(Math.abs(analytic), Math.abs(numeric), typical);
  return {
    index: unravel(index, shape),
    analytic,
    numeric,
    absError,
    relError: absError === 0 ? 0 : absError / size,
  };
}

export function showNumber(x: number): string {
  if (x === 0 || !Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  return size >= 1e-3 && size < 1e5 ? String(Number(x.toPrecision(5))) : x.toExponential(3);
}

export function showCount(n: number): string {
  return n.toLocaleString("en");
}

export function at(index: readonly number[]): string {
  return index.length === 0 ? "" : `[${index.join(", ")}]`;
}

/** The verdict of a tensor from those of its elements. */
export function overall(
  refined: readonly Element[],
  analytic: ArrayLike<number>,
  numeric: ArrayLike<number>,
): Verdict {
  const has = (outcome: Element["outcome"]) => refined.some((element) => element.outcome === outcome);
  if (has("non-finite")) return "non-finite";
  if (has("wrong")) return "wrong-derivative";
  if (has("kink")) return "kink";
  const zero = (values: ArrayLike<number>) =>
    Array.prototype.every.call(values, (v: number) => !(Math.abs(v) > 0));
  if (zero(analytic) && zero(numeric)) return "vacuous";
  const blind = refined.filter(({ outcome }) => outcome === "undecided").length;
  const nonZero = Array.prototype.filter.call(analytic, (v: number) => v !== 0).length;
  return blind > 0 && blind >= nonZero ? "noise-floor" : "ok";
}
