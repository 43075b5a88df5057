/** What a person selected and opened in one report, found again in the next report of the same file. */
import type { Report, ReportNode } from "../../../engine/report/report";
import type { GraphModel } from "./boxes";

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

/** What is open in the next report: what was, and of what is new that which is open at first. */
export function sameOpen(
  before: GraphModel,
  next: GraphModel,
  open: ReadonlySet<string>,
  first: ReadonlySet<string>,
): Set<string> {
  const known = new Set(before.tree.groups.map(({ key }) => key));
  const isOpen = (key: string) => (known.has(key) ? open.has(key) : first.has(key));
  return new Set(next.tree.groups.map(({ key }) => key).filter(isOpen));
}
