/** What looks wrong is looked at once more without short cuts: a fault of the checker must not accuse a model. */
import type { Downstream } from "../differences/batch";
import { type Compared, compareElements } from "../differences/elements";
import type { Pace } from "../differences/pace";
import { type Element, judge, sample, scaleOf, type Tolerances } from "./judge";

/** Elements that are looked at again, the worst first. */
const LOOKS = 2;

/** The comparison as it is when its worst elements are confirmed; else a new one in which every operation runs by itself. */
export async function confirm(
  { plain }: Downstream,
  analytic: Float64Array,
  noise: number,
  compared: Compared,
  tolerances: Tolerances,
  pace: Pace,
): Promise<Compared> {
  const bad = compared.refined
    .filter(({ outcome }) => outcome !== "ok" && outcome !== "undecided")
    .sort((a, b) => distance(b) - distance(a))
    .slice(0, LOOKS);
  for (const { index, numeric, error } of bad) {
    if (!(await pace.turn("confirming", 0.9))) return compared;
    const look = { evaluation: plain, scale: scaleOf(plain.x), noise, pace };
    const [samples] = (await sample(look, [index])) ?? [];
    if (samples === undefined) continue;
    const again = judge(index, analytic[index] as number, samples, tolerances);
    const isSame =
      Object.is(again.numeric, numeric) ||
      Math.abs(again.numeric - numeric) <= 1e-3 * Math.abs(numeric) + 12 * (error + again.error);
    if (!isSame) return compareElements(plain, analytic, noise, tolerances, pace);
  }
  return compared;
}

function distance({ analytic, numeric }: Element): number {
  const size = Math.abs(analytic - numeric);
  return Number.isNaN(size) ? Infinity : size;
}
