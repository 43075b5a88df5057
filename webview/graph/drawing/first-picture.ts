/** What is open in the first picture, and how dense it is. */
import type { Report } from "../../../engine/report/report";
import { countBoxes, graphModel } from "../model/boxes";
import { openAtFirst, typeOf } from "../model/opening";
import type { Density } from "./box-size";

/** With fewer boxes a picture says so little that it may rather be larger than the screen. */
const fewBoxes = 6;

/**
 * As much as `isSeen` says can be read without moving, on one line a box when that shows more; what cannot is closed. When
 * almost nothing could be seen it is what a picture holds that a person moves over.
 */
export function firstPicture(
  report: Report,
  isSeen: (open: ReadonlySet<string>, density: Density) => boolean,
): { readonly open: Set<string>; readonly density: Density } {
  const model = graphModel(report);
  const openIn = (fits: (open: ReadonlySet<string>) => boolean) =>
    openAtFirst(model, (group) => typeOf(report, group), fits);
  const roomy = openIn((open) => isSeen(open, "roomy"));
  const compact = openIn((open) => isSeen(open, "compact"));
  const isMore = countBoxes(model, compact) > countBoxes(model, roomy);
  if (!isMore) {
    if (countBoxes(model, roomy) >= fewBoxes) return { open: roomy, density: "roomy" };
  } else if (countBoxes(model, compact) >= fewBoxes) return { open: compact, density: "compact" };
  const all = openIn(() => true);
  const isLarger = countBoxes(model, all) > countBoxes(model, roomy);
  return isLarger && !isMore && countBoxes(model, all) >= fewBoxes
    ? { open: all, density: "compact" }
    : { open: isMore ? compact : roomy, density: isMore ? "compact" : "roomy" };
}
