/** The gradients of a run as they would be in fewer bits: what is lost, what overflows, and which loss scale helps. */
import {
  type LayerPrecision,
  type LossScale,
  type Precision,
  type PrecisionReport,
  WANTED_SHARE,
} from "../report/precision";
import type { Report } from "../report/report";
import type { ReadValues } from "../report/trace";
import { floatFormats } from "./number-format";
import { Tally } from "./tally";

/** float32, in which the loss is multiplied, goes no further. */
const LARGEST_SCALE = 127;

/** Each gradient is rounded by itself: what a pass would lose before, on its way there, is lost there as well. */
export function dryRun(report: Report, values: ReadValues, precision: Precision): PrecisionReport {
  const format = floatFormats[precision];
  const all = new Tally(format);
  const layers = new Map<number, Tally>();
  let unread = 0;
  for (const { id, grad, scope, kind } of report.nodes) {
    // The loss and the terms of its sum are computed in float32, where its scale is laid upon them.
    if (grad === null || (kind === "operation" && grad.size === 1)) continue;
    const elements = values(id, "grad");
    if (elements === null) {
      unread++;
      continue;
    }
    const layer = layers.get(scope) ?? new Tally(format);
    layers.set(scope, layer);
    layer.add(elements);
    all.add(elements);
  }
  return {
    precision,
    layers: [...layers].sort(([a], [b]) => a - b).map(([scope, tally]) => layerOf(report, scope, tally)),
    all: all.counts,
    lossScale: format === null || all.counts.nonZero === 0 ? null : adviseScale(all),
    unread,
  };
}

function layerOf({ scopes }: Report, scope: number, tally: Tally): LayerPrecision {
  return { layer: scopes[scope]?.path ?? "", ...tally.counts };
}

/** The smallest power of two, 1 or more, that saves what is wanted; where that overflows, the largest that does not. */
function adviseScale(tally: Tally): LossScale {
  let exponent = 0;
  while (exponent < LARGEST_SCALE && tally.savedAt(exponent) < WANTED_SHARE) exponent++;
  while (exponent > -LARGEST_SCALE && tally.overflowsAt(exponent)) exponent--;
  return { scale: 2 ** exponent, saved: tally.savedAt(exponent) };
}
