/** Which boxes and frames a graph shows when some of its groups are open. */

import { groupTree } from "./fold";
import { type Group, type GroupTree, isGroup, operationsIn } from "./groups";
import { isMade, leafBoxes, unusedParameters } from "./leaves";
import { type Model, readTape, type TapeColumns } from "./tape-columns";

/** What one box stands for: one tensor, or a closed group. */
export interface Box {
  /** The same for the same thing in every view of a report. */
  readonly key: string;
  /** Index of the closed group; -1 for a single tensor. */
  readonly group: number;
  /** Index of the frame around it; -1 for none. */
  readonly frame: number;
  /** The tensor itself, or the last that the group made. */
  readonly node: number;
  /** All tensors in it: operations in their order, then what is noted. */
  readonly members: readonly number[];
  /** Parameters and constants that are shown in the box, not beside it; of a closed group none. */
  readonly notes: readonly number[];
}

/** An open group. Frames come after the one around them. */
export interface BoxFrame {
  readonly group: number;
  readonly frame: number;
}

export interface BoxEdge {
  readonly from: number;
  readonly to: number;
  /** The tensor that is handed over. */
  readonly node: number;
}

/** Boxes and edges; an edge's ends are indices of boxes. There are no cycles. */
export interface BoxGraph {
  readonly boxes: readonly Box[];
  readonly frames: readonly BoxFrame[];
  readonly edges: readonly BoxEdge[];
  /** Index of the box that holds a node; -1 for nodes that are not drawn. */
  readonly boxOf: Int32Array;
}

/** A run that is shown as a graph: what is read once, whatever is open. */
export interface GraphModel {
  readonly tape: TapeColumns;
  readonly tree: GroupTree;
  /** Leaves that are boxes of their own. */
  readonly leaves: readonly number[];
}

const known = new WeakMap<Model, GraphModel>();

export function graphModel(model: Model): GraphModel {
  const found = known.get(model);
  if (found) return found;
  const tape = readTape(model);
  const leaves = [...leafBoxes(model, tape), ...unusedParameters(model, tape)];
  const made = { tape, tree: groupTree(model, tape), leaves: [...new Set(leaves)].sort((a, b) => a - b) };
  known.set(model, made);
  return made;
}

/** A box while it is being filled. */
type OpenBox = Omit<Box, "members" | "notes"> & { readonly members: number[]; readonly notes: number[] };

/** The graph with the groups of these keys open. */
export function boxGraph(graph: GraphModel, open: ReadonlySet<string>): BoxGraph {
  const { tape, leaves } = graph;
  const boxOf = new Int32Array(tape.scopes.length).fill(-1);
  const { boxes, frames } = openGroups(graph, open);
  boxes.forEach(({ members }, index) => {
    for (const id of members) boxOf[id] = index;
  });
  for (const id of leaves) {
    boxOf[id] = boxes.length;
    boxes.push({ key: `node:${id}`, group: -1, frame: -1, node: id, members: [id], notes: [] });
  }
  const edges = edgesBetween(tape, boxOf, boxes.length);
  noteLeaves(tape, boxes, boxOf);
  return { boxes, frames, edges, boxOf };
}

/** How many boxes there are, without making them. */
export function countBoxes({ tree, leaves }: GraphModel, open: ReadonlySet<string>): number {
  let count = leaves.length;
  const stack = [0];
  for (let at = stack.pop(); at !== undefined; at = stack.pop())
    for (const child of tree.groups[at]?.children ?? [])
      if (isGroup(child) && isOpen(tree.groups[~child], open)) stack.push(~child);
      else count += 1;
  return count;
}

/** A group of one operation is that operation. */
export function isSingle(group: Group | undefined): boolean {
  const [only] = group?.children ?? [];
  return group?.children.length === 1 && only !== undefined && !isGroup(only);
}

function isOpen(group: Group | undefined, open: ReadonlySet<string>): boolean {
  return group !== undefined && open.has(group.key) && !isSingle(group);
}

function openGroups({ tree }: GraphModel, open: ReadonlySet<string>) {
  const boxes: OpenBox[] = [];
  const frames: BoxFrame[] = [];
  const stack = [{ children: tree.groups[0]?.children ?? [], next: 0, frame: -1 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = top.children[top.next];
    top.next += 1;
    const { frame } = top;
    if (child === undefined) stack.pop();
    else if (!isGroup(child)) boxes.push(operationBox(child, frame));
    else {
      const group = tree.groups[~child];
      if (group && isOpen(group, open)) {
        stack.push({ children: group.children, next: 0, frame: frames.length });
        frames.push({ group: ~child, frame });
      } else
        boxes.push(
          isSingle(group) ? operationBox(group?.children[0] ?? 0, frame) : closedBox(tree, ~child, frame),
        );
    }
  }
  return { boxes, frames };
}

function operationBox(id: number, frame: number): OpenBox {
  return { key: `node:${id}`, group: -1, frame, node: id, members: [id], notes: [] };
}

function closedBox(tree: GroupTree, group: number, frame: number): OpenBox {
  const members = operationsIn(tree, group);
  return { key: tree.groups[group]?.key ?? "", group, frame, node: members.at(-1) ?? 0, members, notes: [] };
}

/** A leaf is noted in all boxes that take it, and selected in the first. */
function noteLeaves(tape: TapeColumns, boxes: readonly OpenBox[], boxOf: Int32Array) {
  const { start, list } = tape.users;
  for (let id = 0; id < boxOf.length; id += 1) {
    if (isMade(tape, id) || boxOf[id] !== -1) continue;
    const taking = new Set<number>();
    for (let at = start[id] ?? 0; at < (start[id + 1] ?? 0); at += 1) taking.add(boxOf[list[at] ?? 0] ?? -1);
    for (const index of taking) {
      const box = boxes[index];
      if (!box) continue;
      if (box.group < 0) box.notes.push(id);
      box.members.push(id);
      if (boxOf[id] === -1) boxOf[id] = index;
    }
  }
}

/** What is not drawn itself has no box yet, so that nothing comes out of the box that it is noted in. */
function edgesBetween(tape: TapeColumns, boxOf: Int32Array, boxes: number): BoxEdge[] {
  const { start, list } = tape.inputs;
  /** An edge as one number. */
  const seen = new Set<number>();
  const edges: BoxEdge[] = [];
  for (const id of tape.operations)
    for (let at = start[id] ?? 0; at < (start[id + 1] ?? 0); at += 1) {
      const input = list[at] ?? 0;
      const from = boxOf[input] ?? -1;
      const to = boxOf[id] ?? -1;
      if (from < 0 || to < 0 || from === to || seen.has(from * boxes + to)) continue;
      seen.add(from * boxes + to);
      edges.push({ from, to, node: input });
    }
  return edges;
}
