/** What a dry run in fewer bits says in words: the same in the terminal, in the panel and in findings. */
import { showNumber, showTimes } from "../core/number-text";
import {
  type Fate,
  type LossScale,
  type PrecisionCounts,
  type PrecisionReport,
  WANTED_SHARE,
} from "./precision";

/** Whether gradients can be kept in the format: as they are, with a loss scale, or not. */
export type Fitness = "fits" | "scale" | "unfit";

export function fitnessOf({ all, lossScale }: PrecisionReport): Fitness {
  const isKept = ({ lost, overflowed }: Fate) => overflowed === 0 && lost <= (1 - WANTED_SHARE) * all.nonZero;
  if (isKept(all)) return "fits";
  return lossScale !== null && isKept(all.scaled) ? "scale" : "unfit";
}

/** "In fp16, 55.1 % of the gradient elements that are not 0 become 0, and none overflows. …" */
export function precisionVerdict(report: PrecisionReport): string {
  const { precision, all } = report;
  if (all.elements === 0) return "There is no gradient whose elements are at hand.";
  if (all.nonZero === 0) return "There is no gradient that is finite and not 0.";
  const rest = [
    `${showShare(all.lost, all.nonZero, "none")} of the gradient elements that are not 0 become 0`,
    ...(all.subnormal > 0 ? [`${showShare(all.subnormal, all.nonZero)} keep fewer digits`] : []),
    all.overflowed === 0 ? "none overflows" : `${showShare(all.overflowed, all.nonZero)} overflow`,
  ];
  const broken =
    all.nonFinite === 0 ? "" : ` ${showTimes(all.nonFinite, "element")} more: not finite already.`;
  return `In ${precision}, ${rest.slice(0, -1).join(", ")}, and ${rest.at(-1)}.${broken} ${scaleAdvice(report)}`;
}

/** "A loss scale of 2^19 = 524,288 saves 97.5 % of the elements that are not 0, and none overflows." */
export function scaleAdvice({ lossScale, all }: PrecisionReport): string {
  if (lossScale === null) return "A loss scale changes nothing here.";
  const { scale, saved } = lossScale;
  const percent = showShare(saved, 1, "none", 4);
  if (scale === 1 && all.overflowed === 0)
    return all.lost === 0
      ? `All ${showTimes(all.nonZero, "element")} that are not 0 stay so: no loss scale is needed.`
      : `${percent} of the elements that are not 0 stay so: no loss scale is needed.`;
  const limit = saved < WANTED_SHARE ? " With a larger one some would." : "";
  return `A loss scale of ${scaleText(lossScale)} saves ${percent} of the elements that are not 0, and ${overflow(all)}.${limit}`;
}

function overflow({ scaled, nonZero }: PrecisionCounts): string {
  return scaled.overflowed === 0 ? "none overflows" : `${showShare(scaled.overflowed, nonZero)} overflow`;
}

/** "2^19 = 524,288" */
export function scaleText({ scale }: LossScale): string {
  return `2^${Math.log2(scale)} = ${showNumber(scale)}`;
}

/** A part of a whole, of which the smallest is not hidden: "0.0021 %"; 0 in a word of its own. */
export function showShare(part: number, whole: number, none = "0", digits = 3): string {
  return part === 0 ? none : `${showNumber((100 * part) / whole, digits)} %`;
}
