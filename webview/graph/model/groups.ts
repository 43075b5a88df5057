/** What a graph is made of, as a tree: the run, layers in it, loops and their steps, down to single operations. */

export type GroupKind = "run" | "layer" | "repeat" | "step" | "part";

/** An operation by the id of its node, or a group by `~index`. */
export type Child = number;

/** A stretch of a run that can be shown as one box, or as a frame around what is in it. */
export interface Group {
  /** The same for the same thing in the next run of the file. */
  readonly key: string;
  readonly kind: GroupKind;
  /** Index of the group around; -1 for the run. */
  readonly parent: number;
  /** Index into the report's scopes: the layer itself, or the one around a loop. */
  readonly scope: number;
  /** Which pass through the layer, which step of the loop, or which part: from 1. */
  readonly pass: number;
  /** How often what is in it repeats; 1 when it does not. */
  readonly times: number;
  /** Places of the first and the last step that a part of a loop holds, from 1; 0 for other groups. */
  readonly steps: readonly [number, number];
  readonly children: readonly Child[];
}

/** Groups come after the one around them. The first is the run. */
export interface GroupTree {
  readonly groups: readonly Group[];
  /** The innermost group of each node; -1 for what no operation made. */
  readonly homes: Int32Array;
}

/** A group while the tree is made. */
export type OpenGroup = { -readonly [K in keyof Group]: Group[K] } & { children: Child[] };

export function openGroup(draft: Pick<OpenGroup, "key" | "kind" | "parent" | "scope">): OpenGroup {
  return { pass: 1, times: 1, steps: [0, 0], children: [], ...draft };
}

export const isGroup = (child: Child) => child < 0;

/** Ids of all operations in a group, in the order in which they ran. */
export function operationsIn({ groups }: GroupTree, group: number): number[] {
  const found: number[] = [];
  const stack: Child[] = [~group];
  for (let child = stack.pop(); child !== undefined; child = stack.pop()) {
    if (!isGroup(child)) found.push(child);
    else {
      const { children } = groups[~child] as Group;
      for (let at = children.length - 1; at >= 0; at -= 1) stack.push(children[at] as Child);
    }
  }
  return found;
}

/** A group, the one around it, and so on up to the run. */
export function groupsAround({ groups }: GroupTree, group: number): number[] {
  const around: number[] = [];
  for (let at = group; at >= 0; at = groups[at]?.parent ?? -1) around.push(at);
  return around;
}

/** The operation that a group ends with. */
export function lastOperation({ groups }: GroupTree, group: number): number {
  let child: Child = ~group;
  while (isGroup(child)) child = groups[~child]?.children.at(-1) ?? 0;
  return child;
}
