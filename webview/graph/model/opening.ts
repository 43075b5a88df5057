/** What is open: at first as much as makes a picture that can be read, later what a person opened. */
import type { Report } from "../../../engine/report/report";
import { countBoxes, type GraphModel, isSingle } from "./boxes";
import { type Group, groupsAround, isGroup } from "./groups";

/** The first picture has no more boxes than this, where it can be helped. */
const mostBoxes = 40;
/** A loop with more operations stays closed at first: its steps are alike. */
const largestLoop = 60;

/**
 * Keys of the groups that are open at first: from the outside in, those of one kind together, as long as there are few boxes
 * and `fits` holds.
 */
export function openAtFirst(
  graph: GraphModel,
  typeOf: (group: Group) => string,
  fits: (open: ReadonlySet<string>) => boolean,
): Set<string> {
  const { groups } = graph.tree;
  const open = new Set<string>();
  const inside = (group: number) =>
    (groups[group]?.children ?? []).flatMap((child) => (isGroup(child) ? [~child] : []));
  for (let row = inside(0); row.length > 0; ) {
    const opened: number[] = [];
    for (const alike of alikeIn(
      row.filter((at) => mayOpen(graph, at)),
      (at) => typeOf(groups[at] as Group),
    )) {
      const next = new Set([...open, ...alike.map((at) => groups[at]?.key ?? "")]);
      if (countBoxes(graph, next) > mostBoxes || !fits(next)) continue;
      for (const key of next) open.add(key);
      opened.push(...alike);
    }
    row = opened.flatMap(inside);
  }
  return open;
}

function alikeIn(row: readonly number[], kindOf: (group: number) => string): number[][] {
  const kinds = new Map<string, number[]>();
  for (const at of row) {
    const kind = kindOf(at);
    kinds.set(kind, [...(kinds.get(kind) ?? []), at]);
  }
  return [...kinds.values()];
}

function mayOpen({ tree }: GraphModel, index: number): boolean {
  const group = tree.groups[index];
  if (group === undefined || isSingle(group) || group.kind === "part") return false;
  return group.times === 1 || countIn(tree.groups, index) <= largestLoop;
}

function countIn(groups: readonly Group[], index: number): number {
  let count = 0;
  const stack = [index];
  for (let at = stack.pop(); at !== undefined && count <= largestLoop; at = stack.pop())
    for (const child of groups[at]?.children ?? []) {
      if (isGroup(child)) stack.push(~child);
      else count += 1;
    }
  return count;
}

/** Keys of all groups that can be opened. */
export function allGroups({ tree }: GraphModel): Set<string> {
  return new Set(tree.groups.filter((group, i) => i > 0 && !isSingle(group)).map(({ key }) => key));
}

/** Groups of the same kind and class are opened together. */
export function typeOf({ scopes }: Pick<Report, "scopes">, { kind, scope }: Group): string {
  return `${kind} ${scopes[scope]?.type}`;
}

/** Opens every group around a tensor, or around what takes it first, so that it has a box of its own or is noted in one. */
export function openAround({ tree, tape }: GraphModel, open: ReadonlySet<string>, node: number): Set<string> {
  const isMade = tree.homes[node] !== -1;
  const maker = isMade ? node : (tape.users.list[tape.users.start[node] ?? 0] ?? node);
  const around = groupsAround(tree, tree.homes[maker] ?? -1);
  return new Set([...open, ...around.map((at) => tree.groups[at]?.key ?? "")]);
}
