/** The rows of the dry run: layers or parameters with what becomes of their gradients, the worst first. */
import { placeOfLayer } from "../../engine/report/layer-place";
import type { Fate, PrecisionCounts, PrecisionReport } from "../../engine/report/precision";
import type { Report, Site } from "../../engine/report/report";

export interface FateRow {
  readonly name: string;
  /** The class of a layer, a parameter's shape. */
  readonly detail: string;
  readonly site: Site | null;
  /** The node to show in the graph; null where there is none. */
  readonly node: number | null;
  readonly counts: PrecisionCounts;
}

export function fateRows(report: Report, found: PrecisionReport, grouping: string): FateRow[] {
  const rows = grouping === "parameter" ? ofParameters(report, found) : ofLayers(report, found);
  return rows.toSorted((a, b) => harm(b) - harm(a) || thinned(b) - thinned(a));
}

function ofLayers(report: Report, { layers }: PrecisionReport): FateRow[] {
  return layers.map((counts) => {
    const { type, site, node } = placeOfLayer(report, counts.layer);
    return { name: counts.layer || "outside of layers", detail: type, site, node, counts };
  });
}

function ofParameters({ nodes }: Report, { parameters }: PrecisionReport): FateRow[] {
  return parameters.map(({ name, node, ...counts }) => ({
    name,
    detail: (nodes[node]?.shape ?? []).join("×"),
    site: nodes[node]?.site ?? null,
    node,
    counts,
  }));
}

function harm({ counts: { lost, overflowed, nonZero } }: FateRow): number {
  return (lost + overflowed) / Math.max(1, nonZero);
}

function thinned({ counts: { subnormal, nonZero } }: FateRow): number {
  return subnormal / Math.max(1, nonZero);
}

/** Parts of the elements that are not 0, from 0 to 1, in the order of their sizes. */
export function fateParts({ lost, subnormal, overflowed }: Fate, nonZero: number) {
  const share = (count: number) => count / Math.max(1, nonZero);
  return {
    lost: share(lost),
    subnormal: share(subnormal),
    normal: share(nonZero - lost - subnormal - overflowed),
    overflow: share(overflowed),
  };
}

/** Whether the loss is to be multiplied at all. */
export function isScaled({ lossScale }: PrecisionReport): boolean {
  return lossScale !== null && lossScale.scale !== 1;
}
