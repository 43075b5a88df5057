/** What gradients would lose in the number format that a person asked about, layer by layer. */
import { dryRun } from "../../precision/dry-run";
import type { PrecisionCounts, PrecisionReport } from "../../report/precision";
import type { Site } from "../../report/report";
import { lazily } from "../lazily";
import type { Traced } from "../traced";

/** The dry run of the format that a person asked about; null where nobody did. */
export const dryRunOf: (traced: Traced) => PrecisionReport | null = lazily((traced) =>
  traced.precision === null ? null : dryRun(traced, traced.values, traced.precision),
);

export interface LayerLoss {
  /** "net.fc1", or what stands for operations outside of layers. */
  readonly name: string;
  readonly hasWeights: boolean;
  readonly site: Site | null;
  /** A node of the layer: its first parameter, or what comes first. */
  readonly node: number | null;
  /** Of its elements that are not 0. */
  readonly share: number;
}

/** Layers of which more than `limit` fare so: those with weights, which would not learn, then others, the worst first. @param countOf how many elements do */
export function layersWith(
  traced: Traced,
  { layers }: PrecisionReport,
  countOf: (counts: PrecisionCounts) => number,
  limit: number,
): LayerLoss[] {
  return layers
    .map((counts) => ({ layer: counts.layer, share: countOf(counts) / Math.max(1, counts.nonZero) }))
    .filter(({ share }) => share > limit)
    .map(({ layer, share }) => ({ ...placeOf(traced, layer), share }))
    .toSorted((a, b) => Number(b.hasWeights) - Number(a.hasWeights) || b.share - a.share);
}

function placeOf({ scopes, parameters, nodes, loss }: Traced, path: string): Omit<LayerLoss, "share"> {
  const scope = scopes.findIndex((each) => each.path === path);
  const weight = parameters.find((each) => each.scope === scope)?.node;
  const node = weight ?? nodes.find((each) => each.scope === scope && each.grad !== null)?.id ?? null;
  const site = scopes[scope]?.site ?? (node === null ? null : nodes[node]?.site) ?? loss?.site ?? null;
  const name = path === "" ? "operations outside of layers" : path;
  return { name, hasWeights: weight !== undefined, site, node };
}

/** "net.fc1", "net.fc1 and 2 more layers" */
export function namesOf([first, ...others]: readonly LayerLoss[]): string {
  const more = others.length === 1 ? " and 1 more layer" : ` and ${others.length} more layers`;
  return `${first?.name ?? ""}${others.length === 0 ? "" : more}`;
}
