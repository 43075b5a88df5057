/** What a person selected and closed in one report, found again in the next report of the same file. */
import type { Report, ReportNode } from "../../engine/report/report";
import { initiallyCollapsed } from "./collapse";

/** The node that stands where one stood before: in the same layer, of the same name and operation, the same in their order. */
export function sameNode(before: Report, next: Report, id: number): number | null {
  const node = before.nodes[id];
  if (!node) return null;
  const key = keyOf(before, node);
  const isAlike = (report: Report) => (each: ReportNode) => keyOf(report, each) === key;
  const place = before.nodes.filter(isAlike(before)).indexOf(node);
  return next.nodes.filter(isAlike(next))[place]?.id ?? null;
}

function keyOf({ scopes }: Report, { scope, kind, op, name }: ReportNode): string {
  return JSON.stringify([scopes[scope]?.path, kind, op, name]);
}

/** The layers that are closed in the next report: those that were, and of new ones those that are closed at first. */
export function sameCollapsed(before: Report, next: Report, collapsed: ReadonlySet<number>): Set<number> {
  const known = new Map(before.scopes.map(({ path }, i) => [path, collapsed.has(i)]));
  const first = initiallyCollapsed(next);
  const isClosed = (path: string, i: number) => known.get(path) ?? first.has(i);
  return new Set(next.scopes.flatMap(({ path }, i) => (isClosed(path, i) ? [i] : [])));
}
