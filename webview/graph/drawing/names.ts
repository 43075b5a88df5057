/** What groups are called: layers by their paths, loops by how often they run, parts by what they hold. */
import type { Report } from "../../../engine/report/report";
import type { GraphModel } from "../model/boxes";
import { type Group, groupsAround, isGroup, operationsIn } from "../model/groups";

export interface GroupName {
  /** "fc1" inside of the frame "net", "step × 200". */
  readonly title: string;
  /** The class, or the line. */
  readonly detail: string;
  /** "net.fc1", the same wherever it stands. */
  readonly path: string;
}

export function groupName(report: Report, { tree }: GraphModel, index: number): GroupName {
  const group = tree.groups[index] as Group;
  const times = group.times > 1 ? ` × ${group.times}` : "";
  const call = group.pass > 1 && group.times === 1 ? ` (call ${group.pass})` : "";
  switch (group.kind) {
    case "layer": {
      const path = report.scopes[group.scope]?.path ?? "";
      const title = `${within(report, tree.groups, index, path)}${call}`;
      return { title, detail: `${blockType(report, tree.groups, group)}${times}`, path: `${path}${call}` };
    }
    case "repeat":
      return repeatName(report, tree.groups, index);
    case "step":
      return {
        title: `step ${group.pass}`,
        detail: linesOf(report, tree, index),
        path: `step ${group.pass}`,
      };
    default:
      return partName(report, tree.groups, index);
  }
}

/** The name of a layer without that of the layers around it. */
export function within(report: Report, groups: readonly Group[], index: number, path: string): string {
  for (const at of groupsAround({ groups, homes: new Int32Array() }, groups[index]?.parent ?? -1)) {
    const group = groups[at];
    if (group?.kind !== "layer") continue;
    const around = report.scopes[group.scope]?.path ?? "";
    return path.startsWith(`${around}.`) ? path.slice(around.length + 1) : path;
  }
  return path;
}

/** What repeats in a layer that holds nothing else, or the layer's own class. */
function blockType(report: Report, groups: readonly Group[], group: Group): string {
  const inside = group.times > 1 ? innermost(groups, group.children[0]) : undefined;
  const block = inside?.kind === "layer" ? report.scopes[inside.scope]?.type : undefined;
  return block ?? report.scopes[group.scope]?.type ?? "";
}

/** The first thing in a group that is no part of a loop. */
function innermost(groups: readonly Group[], child: number | undefined): Group | undefined {
  let group = child === undefined || !isGroup(child) ? undefined : groups[~child];
  while (group?.kind === "part") {
    const [first] = group.children;
    group = first === undefined || !isGroup(first) ? undefined : groups[~first];
  }
  return group;
}

function repeatName(report: Report, groups: readonly Group[], index: number): GroupName {
  const group = groups[index] as Group;
  const first = innermost(groups, group.children[0]);
  if (first?.kind !== "layer") {
    const tree = { groups, homes: new Int32Array() };
    const title = `step × ${group.times}`;
    return { title, detail: linesOf(report, tree, index), path: title };
  }
  const last = lastOf(groups, group);
  const type = report.scopes[first.scope]?.type ?? "";
  const [a, b] = [first, last].map((each) => report.scopes[each?.scope ?? 0]?.path ?? "");
  const from = within(report, groups, index, a ?? "");
  const to = within(report, groups, index, b ?? "");
  if (from === to) return { title: `${from} × ${group.times}`, detail: type, path: `${a} × ${group.times}` };
  const title = `${from} … ${to.slice(to.lastIndexOf(".") + 1)}`;
  return { title, detail: `${type} × ${group.times}`, path: `${a} … ${b}` };
}

function lastOf(groups: readonly Group[], group: Group): Group | undefined {
  let at: Group | undefined = group;
  do {
    const child: number | undefined = at.children.at(-1);
    at = child === undefined || !isGroup(child) ? undefined : groups[~child];
  } while (at?.kind === "part");
  return at;
}

function partName(report: Report, groups: readonly Group[], index: number): GroupName {
  const group = groups[index] as Group;
  const [from, to] = group.steps;
  const tree = { groups, homes: new Int32Array() };
  const title = from > 0 ? `${from} … ${to}` : `part ${group.pass}`;
  return { title: from > 0 ? `steps ${title}` : title, detail: linesOf(report, tree, index), path: title };
}

/** A few operations say where a group comes from. */
const enough = 200;

/** "line 12", "lines 12–18"; empty when nothing says where it is. */
function linesOf(
  report: Report,
  tree: { groups: readonly Group[]; homes: Int32Array },
  index: number,
): string {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const id of operationsIn(tree, index).slice(0, enough)) {
    const site = report.nodes[id]?.site;
    if (!site || site.file !== report.file) continue;
    low = Math.min(low, site.line);
    high = Math.max(high, site.line);
  }
  if (high === 0) return "";
  return low === high ? `line ${low}` : `lines ${low}–${high}`;
}
