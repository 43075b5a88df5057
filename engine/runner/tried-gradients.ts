/** What a fix does to the gradient of each parameter: the same weights before and after it, found by their paths. */
import { sizeOf } from "../core/shape";
import { pairLayers } from "../report/comparing/layers";
import { type Outline, outlineOfLayers } from "../report/comparing/outline";
import type { Report, TriedGradient } from "../report/report";

/** More say nothing that these do not. */
const MOST_TOLD = 60;
/** Per element, over the median of all parameters: what had this much before had a gradient. */
const HAD = 1e-2;
/** Per element, over what the parameter with most gets: what has less afterwards has hardly any. */
const HARDLY = 1e-4;
/** And it fell by this factor. */
const FALLEN = 1e-3;

/** The weights of a run with the norms of their gradients. */
export interface Weights extends Pick<Outline, "layers" | "weights"> {
  readonly norms: readonly (number | null)[];
}

export function weightsIn(report: Pick<Report, "parameters" | "scopes">): Weights {
  const norms = [...report.parameters].map(({ gradNorm }) => gradNorm);
  return { ...outlineOfLayers(report), norms };
}

/** @param runs one with the fix beside one without it, by seed */
export function triedGradients(
  runs: readonly (readonly [before: Weights, after: Weights])[],
): TriedGradient[] {
  const perSeed = runs.map(([before, after]) => pairWeights(before, after));
  const [first] = perSeed;
  if (first === undefined) return [];
  const rows = [...first.values()].map(({ path, size }): Row => {
    const seeds = perSeed.flatMap((pairs) => pairs.get(path) ?? []);
    return { path, size, before: median(seeds.map(({ a }) => a)), after: median(seeds.map(({ b }) => b)) };
  });
  const before = inOrder(rows, "before");
  const usual = before[before.length >> 1] ?? 0;
  const most = inOrder(rows, "after").at(-1) ?? 0;
  return rows
    .map((row, order) => ({ row, order, isStarved: isStarved(row, usual, most) }))
    .sort(
      (a, b) =>
        Number(b.isStarved) - Number(a.isStarved) || changeOf(b.row) - changeOf(a.row) || a.order - b.order,
    )
    .slice(0, MOST_TOLD)
    .map(({ row: { path, before, after }, isStarved }) => ({ parameter: path, before, after, isStarved }));
}

interface Row {
  readonly path: string;
  readonly size: number;
  readonly before: number | null;
  readonly after: number | null;
}

/** Weights that both runs have, by their path in the first one. */
function pairWeights(before: Weights, after: Weights) {
  const layers = pairLayers(before, after);
  const later = new Map(
    after.weights.map(({ layer, own }, j) => [`${layers.b[layer] ?? 0} ${own}`, after.norms[j] ?? null]),
  );
  const pairs = new Map<string, { path: string; size: number; a: number | null; b: number | null }>();
  before.weights.forEach(({ name, layer, own, shape }, i) => {
    const b = later.get(`${layers.a[layer] ?? 0} ${own}`);
    if (b !== undefined) pairs.set(name, { path: name, size: sizeOf(shape), a: before.norms[i] ?? null, b });
  });
  return pairs;
}

/** Of norms; none comes before 0, and what is not finite behind all others. */
function median(norms: readonly (number | null)[]): number | null {
  const rank = (norm: number | null) => (norm === null ? -1 : Number.isFinite(norm) ? norm : Infinity);
  return norms.toSorted((a, b) => rank(a) - rank(b) || 0)[norms.length >> 1] ?? null;
}

function perElement({ size, ...row }: Row, when: "before" | "after"): number {
  return (row[when] ?? 0) / Math.sqrt(Math.max(1, size));
}

/** What parameters with a gradient get per element, the least first. */
function inOrder(rows: readonly Row[], when: "before" | "after"): number[] {
  const all = rows.map((row) => perElement(row, when)).filter((each) => each > 0 && Number.isFinite(each));
  return all.sort((a, b) => a - b);
}

function isStarved(row: Row, usual: number, most: number): boolean {
  const { before, after } = row;
  if (before === null || !Number.isFinite(before) || !(perElement(row, "before") > HAD * usual)) return false;
  if (after === null || after === 0 || !Number.isFinite(after)) return true;
  return after < FALLEN * before && perElement(row, "after") < HARDLY * most;
}

function changeOf({ before, after }: Row): number {
  if (before === after || (Number.isNaN(before) && Number.isNaN(after))) return 0;
  const change = Math.abs(Math.log((after ?? 0) / (before ?? 0)));
  return Number.isNaN(change) ? Number.POSITIVE_INFINITY : change;
}
