/** What gradients would lose in the number format that a person asked about, layer by layer. */
import { dryRun } from "../../precision/dry-run";
import { type LayerPlace, placeOfLayer } from "../../report/layer-place";
import type { PrecisionCounts, PrecisionReport } from "../../report/precision";
import { lazily } from "../lazily";
import type { Traced } from "../traced";

/** The dry run of the format that a person asked about; null where nobody did. */
export const dryRunOf: (traced: Traced) => PrecisionReport | null = lazily((traced) =>
  traced.precision === null ? null : dryRun(traced, traced.values, traced.precision),
);

export interface LayerLoss extends LayerPlace {
  /** "net.fc1", or what stands for operations outside of layers. */
  readonly name: string;
  /** Of its elements that are not 0. */
  readonly share: number;
}

/**
 * Layers of which more than `limit` fare so: those with weights, which would not learn, then others, the worst first.
 * @param countOf how many elements do
 */
export function layersWith(
  traced: Traced,
  { layers }: PrecisionReport,
  countOf: (counts: PrecisionCounts) => number,
  limit: number,
): LayerLoss[] {
  return layers
    .map(({ layer, ...counts }) => ({
      name: layer || "operations outside of layers",
      share: countOf(counts) / Math.max(1, counts.nonZero),
      ...placeOfLayer(traced, layer),
    }))
    .filter(({ share }) => share > limit)
    .toSorted((a, b) => Number(b.hasWeights) - Number(a.hasWeights) || b.share - a.share);
}

/** "net.fc1", "net.fc1 and 2 more layers" */
export function namesOf([first, ...others]: readonly LayerLoss[]): string {
  const more = others.length === 1 ? " and 1 more layer" : ` and ${others.length} more layers`;
  return `${first?.name ?? ""}${others.length === 0 ? "" : more}`;
}
