/** What stands at a place of the editor: a tensor with all the nodes it held, or a layer. */
import * as vscode from "vscode";
import type { Report, ReportBinding, ReportNode, ReportScope, Site } from "../../engine/report/report";
import type { Range as SourceRange } from "../../engine/source";
import type { Reading } from "../reading/contract";
import type { Session } from "../session";

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

export interface TensorSubject {
  readonly kind: "tensor";
  readonly range: vscode.Range;
  readonly name: string | null;
  /** In the order of the run: iterations of a loop, or calls. */
  readonly nodes: readonly ReportNode[];
}

export interface LayerSubject {
  readonly kind: "layer";
  readonly range: vscode.Range;
  readonly scope: ReportScope;
}

interface Index {
  readonly bindings: ReadonlyMap<string, readonly ReportBinding[]>;
  readonly sites: ReadonlyMap<
    string,
    readonly { readonly site: Site; readonly nodes: readonly ReportNode[] }[]
  >;
}

const indexes = new WeakMap<Report, Index>();

function indexOf(report: Report): Index {
  const known = indexes.get(report);
  if (known) return known;
  const sited = report.nodes.flatMap((node) => (node.site ? { site: node.site, node } : []));
  const groups = groupBy(
    sited,
    ({ site }) => `${site.file}:${site.line}:${site.column}:${site.endLine}:${site.endColumn}`,
  );
  const sites = [...groups.values()].flatMap((group) =>
    group[0] ? [{ site: group[0].site, nodes: results(group.map(({ node }) => node)) }] : [],
  );
  const index = {
    bindings: groupBy(report.bindings, ({ site }) => site.file),
    sites: groupBy(sites, ({ site }) => site.file),
  };
  indexes.set(report, index);
  return index;
}

/** Of all operations that a call recorded, those that are its results: one for each time it ran. */
function results(nodes: readonly ReportNode[]): ReportNode[] {
  const last = nodes.at(-1);
  return nodes.filter(({ op, scope }) => op === last?.op && scope === last.scope);
}

/** Of the places at a position, the smallest. */
function smallest<T extends { readonly site: Site }>(
  candidates: readonly T[],
  position: vscode.Position,
  session: Session,
): { readonly item: T; readonly range: vscode.Range } | undefined {
  const near = candidates.flatMap((item) => {
    const range = session.edits.locate(item.site);
    return range?.contains(position) ? [{ item, range }] : [];
  });
  return near.reduce<(typeof near)[number] | undefined>(
    (best, each) => (best?.range.contains(each.range) === false ? best : each),
    undefined,
  );
}

/**
 * What a person points at, or null: a name that held tensors, there or where it was bound; a layer; the result of a call.
 * `analysis` is of the text as it is now.
 */
export function lookUp(
  session: Session,
  file: string,
  position: vscode.Position,
  analysis: Reading | null,
): TensorSubject | LayerSubject | null {
  const { report } = session;
  if (!report) return null;
  const { bindings, sites } = indexOf(report);
  const bound = smallest(bindings.get(file) ?? [], position, session);
  const named = bound
    ? { range: bound.range, name: bound.item.name, starts: [bound.range.start] }
    : analysis && useAt(analysis, position);
  if (named) {
    const nodes = nodesBoundAt(named.starts, report, bindings.get(file) ?? [], session);
    if (nodes.length > 0) return { kind: "tensor", range: named.range, name: named.name, nodes };
  }
  const called = smallest(sites.get(file) ?? [], position, session);
  const layer = layerAt(session, report, file, position, named);
  if (layer && !(called && layer.range.contains(called.range))) return layer;
  return called ? { kind: "tensor", range: called.range, name: null, nodes: called.item.nodes } : null;
}

interface Named {
  readonly range: vscode.Range;
  readonly name: string;
  /** Where the name got its values. */
  readonly starts: readonly vscode.Position[];
}

function toRange({ line, column, endLine, endColumn }: SourceRange): vscode.Range {
  return new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}

/** The use or binding of a name at a position, with the places that gave it its values. */
function useAt({ identifiers, bindings }: Reading, position: vscode.Position): Named | null {
  const use = identifiers.find(({ range }) => toRange(range).contains(position));
  const own = bindings.find(({ range, role }) => role !== "return" && toRange(range).contains(position));
  const ids = use?.bindings ?? (own ? [own.id] : []);
  const found = use ?? own;
  if (!found) return null;
  const starts = bindings.filter(({ id }) => ids.includes(id)).map(({ range }) => toRange(range).start);
  return { range: toRange(found.range), name: found.name, starts };
}

/** All that the bindings at some places held, in the order of the run. */
function nodesBoundAt(
  starts: readonly vscode.Position[],
  report: Report,
  bindings: readonly ReportBinding[],
  session: Session,
): ReportNode[] {
  const isWanted = ({ site }: ReportBinding) => {
    const start = session.edits.locate(site)?.start;
    return start !== undefined && starts.some((each) => each.isEqual(start));
  };
  const ids = new Set(bindings.filter(isWanted).flatMap(({ nodes }) => nodes));
  return [...ids].sort((a, b) => a - b).flatMap((id) => report.nodes[id] ?? []);
}

/** The layer that is constructed at a position, or that the name there holds. */
function layerAt(
  session: Session,
  report: Report,
  file: string,
  position: vscode.Position,
  named: Named | null,
): LayerSubject | null {
  const scopes = report.scopes.flatMap((scope) =>
    scope.site?.file === file && scope.path !== "" ? [{ site: scope.site, scope }] : [],
  );
  const found = smallest(scopes, position, session);
  if (found) return { kind: "layer", range: found.range, scope: found.item.scope };
  const last = named?.name.split(".").at(-1);
  const held = scopes.find(({ site, scope }) => {
    const line = session.edits.locate(site)?.start.line;
    return scope.path.split(".").at(-1) === last && named?.starts.some((start) => start.line === line);
  });
  return named && held ? { kind: "layer", range: named.range, scope: held.scope } : null;
}
