/** A made-up report as a trace: what panels are sent. Names and layers are found in it again; gradients of layers are added up anew. */
import { encodeTrace } from "../../engine/report/codec";
import { IS_WEIGHT, nodeFlags } from "../../engine/report/names";
import { type OpenReport, openBytes } from "../../engine/report/open-bytes";
import type { Report, ReportNode, Site, Stats } from "../../engine/report/report";
import { NOTHING } from "../../engine/report/steps";
import { TRACE_VERSION } from "../../engine/report/trace";
import { optionalRow, TableBuilder } from "../../engine/tracing/columns";
import { SiteRows } from "../../engine/tracing/site-rows";

const nowhere = { site: () => null, binding: () => null };

/** The report as a panel sees it. */
export function opened(report: Report): OpenReport {
  return openBytes(bytesOf(report));
}

export function bytesOf(report: Report): Uint8Array {
  const builder = new TableBuilder();
  const sites = new SiteRows(nowhere, builder);
  const siteRow = (site: Site | null) => sites.row(site);
  writeLayers(report, builder, sites);
  const calls = report.scopes.slice(1).map((_, module) => builder.add("calls", { module, caller: 0 }));
  for (const node of report.nodes) writeNode(node, report, builder, sites, calls);
  const { version: _, nodes: __, parameters: ___, scopes: ____, bindings: _____, ...rest } = report;
  const loss = report.loss && { ...report.loss, site: siteRow(report.loss.site) };
  return encodeTrace({
    head: { ...rest, version: TRACE_VERSION, loss },
    texts: builder.texts.list,
    shapes: builder.shapes.list,
    tables: builder.tables,
  });
}

function writeLayers({ scopes }: Report, builder: TableBuilder, sites: SiteRows): void {
  for (const { type, site } of scopes.slice(1))
    builder.add("modules", {
      type: builder.text(type),
      site: optionalRow(sites.row(site)),
      made: 0,
      training: 1,
      library: 0,
    });
  scopes.forEach(({ path, parent }, i) => {
    const above = scopes[parent ?? 0]?.path ?? "";
    if (i === 0) return;
    if (parent)
      builder.add("fields", {
        module: parent - 1,
        name: builder.text(path.slice(above.length + 1)),
        node: 0,
        child: i,
      });
    else {
      const names = { within: builder.text(""), path: builder.text(path) };
      builder.add("standing", { node: 0, module: i, owner: 0, ...names });
    }
  });
}

function writeNode(
  node: ReportNode,
  { scopes }: Report,
  builder: TableBuilder,
  sites: SiteRows,
  calls: readonly number[],
): void {
  const { id, kind, op, name, scope, inputs, shape, dtype, site, label, formula, role } = node;
  const isLeaf = kind !== "operation";
  const [nameRow, ...others] = [op, label, formula, role].map((text) => builder.text(text));
  const operation = isLeaf
    ? null
    : builder.add("operations", {
        name: nameRow ?? 0,
        label: others[0] ?? 0,
        formula: others[1] ?? 0,
        role: others[2] ?? 0,
        attributes: builder.text(""),
      });
  builder.add("nodes", {
    operation: optionalRow(operation),
    flags: kind === "parameter" ? IS_WEIGHT : nodeFlags({ requiresGrad: !isLeaf, node: isLeaf ? null : {} }),
    dtype: builder.text(dtype),
    shape: builder.shapes.row(shape),
    site: optionalRow(sites.row(site)),
    call: isLeaf || scope === 0 ? 0 : optionalRow(calls[scope - 1]),
    inputs: inputs.length,
    ...measures(node.value),
  });
  inputs.forEach((input, position) => {
    const edge = builder.add("edges", { input });
    // All that the operation hands back goes to its first input.
    const norm = position === 0 && node.gain !== null ? node.gain * (node.grad?.norm ?? 0) : NOTHING;
    builder.add("handed", { edge, norm });
  });
  if (node.grad) builder.add("gradients", { node: id, ...measures(node.grad) });
  if (name !== null) writeName(node, name, scopes[scope]?.path ?? "", builder, sites);
}

function writeName(
  { id, kind, scope, site }: ReportNode,
  name: string,
  path: string,
  builder: TableBuilder,
  sites: SiteRows,
): void {
  const text = builder.text(name);
  if (kind !== "operation" && scope > 0)
    builder.add("fields", {
      module: scope - 1,
      name: builder.text(name.slice(path.length + 1)),
      node: id + 1,
      child: 0,
    });
  else if (kind !== "operation")
    builder.add("standing", { node: id + 1, module: 0, owner: 0, within: builder.text(""), path: text });
  else {
    const role = builder.text("declaration");
    const binding = builder.add("bindings", { name: text, site: sites.row(site) ?? 0, role, isTop: 0 });
    builder.add("events", { binding, part: builder.text(""), node: id });
  }
}

function measures({ min, max, mean, std, norm, zeros, nonFinite }: Stats) {
  return { min, max, mean, std, norm, zeros, nonFinite };
}
