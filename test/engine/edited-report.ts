// A report as it would be after edits of its model: nodes gone, others renamed or inserted, lines moved.
import { plainReport } from "../../engine/report/plain-report";
import type { Report, ReportNode, Site } from "../../engine/report/report";
import type { Draw } from "../random/draw";

export interface EditedReport {
  readonly report: Report;
  /** By node of the report as it was, its node now; -1 for one that is gone. */
  readonly nowAt: readonly number[];
}

export interface Edits {
  /** Shares of the operations. */
  readonly gone?: number;
  readonly inserted?: number;
  readonly replaced?: number;
  /** Share of the names of variables. */
  readonly renamed?: number;
  /** Every line moves by so many. */
  readonly lines?: number;
}

export function editReport(report: Report, edits: Edits, draw: Draw): EditedReport {
  const { gone = 0, inserted = 0, replaced = 0, renamed = 0, lines = 0 } = edits;
  const nowAt: number[] = [];
  /** What reads a node that is gone reads its first input. */
  const readsNow: number[] = [];
  const nodes: ReportNode[] = [];
  const names = new Map<string, string>();
  const loss = report.loss?.node;
  for (const node of plainReport(report).nodes) {
    const isStep = node.kind === "operation" && node.id !== loss;
    const inputs = node.inputs.map((input) => readsNow[input] ?? 0);
    if (isStep && inputs.length > 0 && draw.chance(gone)) {
      nowAt.push(-1);
      readsNow.push(inputs[0] ?? 0);
      continue;
    }
    if (node.name !== null && !names.has(node.name))
      names.set(node.name, draw.chance(renamed) ? `${node.name}Renamed` : node.name);
    const id = nodes.length;
    nodes.push({
      ...node,
      id,
      inputs,
      site: node.site && moved(node.site, lines),
      name: node.kind === "operation" && node.name !== null ? (names.get(node.name) ?? null) : node.name,
      op: isStep && draw.chance(replaced) ? `${node.op}Instead` : node.op,
    });
    nowAt.push(id);
    readsNow.push(id);
    if (!isStep || !draw.chance(inserted)) continue;
    // Between two calls of the text, of an operation that the model has elsewhere, or has not.
    const op = draw.chance(0.5) ? "inserted" : "relu";
    const site = node.site && { ...moved(node.site, lines), endColumn: node.site.endColumn + 7 };
    nodes.push({ ...node, id: id + 1, op, inputs: [id], name: null, site });
    readsNow[node.id] = id + 1;
  }
  const nodeNow = (id: number) => nowAt[id] ?? -1;
  return {
    nowAt,
    report: {
      ...report,
      nodes,
      loss: report.loss && { ...report.loss, node: nodeNow(report.loss.node) },
      parameters: report.parameters.map((each) => ({ ...each, node: nodeNow(each.node) })),
      findings: report.findings.map((each) => ({
        ...each,
        node: each.node === null ? null : nodeNow(each.node),
      })),
      bindings: [],
    },
  };
}

function moved(site: Site, lines: number): Site {
  return { ...site, line: site.line + lines, endLine: site.endLine + lines };
}

/** Of the nodes that are in both reports, how many `pairs` puts together rightly. */
export function shareRight(
  { nowAt }: EditedReport,
  pairs: readonly { readonly a: number; readonly b: number }[],
) {
  const found = new Map(pairs.map(({ a, b }) => [a, b]));
  let [right, kept] = [0, 0];
  nowAt.forEach((now, node) => {
    if (now === -1) return;
    kept++;
    if (found.get(node) === now) right++;
  });
  return { right, kept };
}
