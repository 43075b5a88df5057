/** A report as plain objects: what `--json` writes, with the histograms that are asked for one by one elsewhere. */
import type { Histogram, Report, Stats } from "./report";

type HistogramOf = (node: number, of: "value" | "grad") => Histogram | null;

const noHistogram: Histogram = { low: 0, high: 0, counts: [] };

export function plainReport(report: Report, histogram: HistogramOf): Report {
  const withHistogram = (stats: Stats, node: number, of: "value" | "grad") => ({
    ...stats,
    histogram: histogram(node, of) ?? noHistogram,
  });
  const nodes = report.nodes.map((node) => ({
    id: node.id,
    kind: node.kind,
    op: node.op,
    name: node.name,
    scope: node.scope,
    inputs: node.inputs,
    shape: node.shape,
    dtype: node.dtype,
    site: node.site,
    label: node.label,
    formula: node.formula,
    role: node.role,
    requiresGrad: node.requiresGrad,
    value: withHistogram(node.value, node.id, "value"),
    grad: node.grad && withHistogram(node.grad, node.id, "grad"),
    gain: node.gain,
  }));
  return { ...report, nodes };
}
