/** The run before beside the one that is shown: what each tensor and layer was, and a word for what changed. */
import {
  type ComparedLayer,
  type ComparedNorms,
  compareReports,
  isChanged,
  type NodePair,
  type RunComparison,
  showChange,
} from "../engine/report/compare";
import type { Report } from "../engine/report/report";

export interface RunBefore {
  readonly report: Report;
  readonly comparison: RunComparison;
  /** By node of the run that is shown: its pair; none for a new one. */
  readonly pairs: ReadonlyMap<number, NodePair>;
  /** By index of a scope of the run that is shown. */
  readonly layers: ReadonlyMap<number, ComparedLayer>;
}

let last: { readonly before: Report; readonly now: Report; readonly beside: RunBefore } | null = null;

/** The same for the same two runs, so that it is computed once. */
export function besideBefore(before: Report | null, now: Report): RunBefore | null {
  if (before === null) return null;
  if (last?.before === before && last.now === now) return last.beside;
  const comparison = compareReports(before, now);
  const pairs = new Map(comparison.pairs.map((pair) => [pair.b, pair]));
  const layers = new Map(
    comparison.layers.flatMap((layer) => (layer.scopes.b === null ? [] : [[layer.scopes.b, layer]])),
  );
  last = { before, now, beside: { report: before, comparison, pairs, layers } };
  return last.beside;
}

const runNames = { a: "before", b: "now" };

/** "× 12", "÷ 3.5", "no gradient before" */
export function changeText(gradient: ComparedNorms): string {
  return showChange(gradient, runNames);
}

/** What changed in a tensor: "new", "was sigmoid, × 12"; empty when nothing did. */
export function nodeChange({ pairs, report }: RunBefore, node: number): string {
  const pair = pairs.get(node);
  if (pair === undefined) return "new";
  const was = pair.changes.includes("op") ? [`was ${report.nodes[pair.a]?.op ?? ""}`] : [];
  return [...was, ...(isChanged(pair.gradient) ? [changeText(pair.gradient)] : [])].join(", ");
}

/** What changed in a layer that is shown as one: its gradient, or how many of its tensors. */
export function layerChange(before: RunBefore, scope: number, members: readonly number[]): string {
  const layer = before.layers.get(scope);
  if (layer?.a === null || layer === undefined) return "new";
  if (isChanged(layer.gradient)) return changeText(layer.gradient);
  const changed = members.filter((node) => nodeChange(before, node) !== "").length;
  return changed === 0 ? "" : `${changed} changed`;
}
