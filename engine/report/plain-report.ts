/** A report as plain objects, each with its own fields: what can be written as JSON. */
import type { Report, ReportNode } from "./report";

export function plainReport(report: Report): Report {
  return { ...report, nodes: report.nodes.map(plainNode) };
}

export function plainNode(node: ReportNode): ReportNode {
  return {
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
    value: node.value,
    grad: node.grad,
    gain: node.gain,
  };
}
