/** Which boxes a graph shows: nodes, or whole layers that are collapsed into one box each. */
import type { Report, ReportNode } from "../../engine/report/report";

/** What one box stands for: one node, or one pass through a collapsed layer. */
export interface Box {
  /** The same for the same thing in every view of a report. */
  readonly key: string;
  /** Index of the collapsed scope, or null for a single node. */
  readonly scope: number | null;
  /** Which pass through the layer, from 1; 1 for a node. */
  readonly pass: number;
  /** The node itself, or the last operation of the layer's pass. */
  readonly node: number;
  readonly members: readonly number[];
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
  readonly edges: readonly BoxEdge[];
  /** Index of the box that holds a node; absent for nodes that are not drawn. */
  readonly boxOf: ReadonlyMap<number, number>;
}

type Model = Pick<Report, "nodes" | "scopes">;

/** A box while it is being filled. */
type OpenBox = Omit<Box, "node" | "members"> & { node: number; readonly members: number[] };

/**
 * The graph with these scopes collapsed. A layer that runs several times gives a box per pass: passes are stretches of the
 * order in which operations ran, so that what is drawn cannot run in circles.
 */
export function boxGraph(model: Model, collapsed: ReadonlySet<number>): BoxGraph {
  const { boxes, boxOf } = boxesOf(model, collapsed);
  return { boxes, edges: edgesBetween(model.nodes, boxOf, boxes.length), boxOf };
}

function boxesOf(model: Model, collapsed: ReadonlySet<number>): Omit<BoxGraph, "edges"> {
  const boxes: OpenBox[] = [];
  const boxOf = new Map<number, number>();
  const outer = outermostCollapsed(model, collapsed);
  boxOperations(model.nodes, outer, boxes, boxOf);
  boxLeaves(model.nodes, outer, boxes, boxOf);
  return { boxes, boxOf };
}

type Outer = readonly (number | null)[];

function boxOperations(
  nodes: readonly ReportNode[],
  outer: Outer,
  boxes: OpenBox[],
  boxOf: Map<number, number>,
) {
  const passes = new Map<number, number>();
  let running: number | null = null;
  for (const { id, inputs, scope: own } of nodes) {
    if (inputs.length === 0) continue;
    const scope = outer[own] ?? null;
    const open = boxes.at(-1);
    if (scope !== null && scope === running && open) {
      open.members.push(id);
      open.node = id;
    } else if (scope === null) boxes.push({ key: `node:${id}`, scope, pass: 1, node: id, members: [id] });
    else {
      const pass = (passes.get(scope) ?? 0) + 1;
      passes.set(scope, pass);
      boxes.push({ key: `scope:${scope}:${pass}`, scope, pass, node: id, members: [id] });
    }
    running = scope;
    boxOf.set(id, boxes.length - 1);
  }
}

/** Leaves of a collapsed layer go into its box, when that is where they are used first; other leaves get their own. */
function boxLeaves(nodes: readonly ReportNode[], outer: Outer, boxes: OpenBox[], boxOf: Map<number, number>) {
  const used = usersOf(nodes);
  for (const { id, inputs, kind, requiresGrad, scope: own } of nodes) {
    if (inputs.length > 0) continue;
    const [firstUser] = used.get(id) ?? [];
    if (firstUser === undefined && kind !== "parameter" && !requiresGrad) continue;
    const scope = outer[own] ?? null;
    const home = boxOf.get(firstUser ?? -1);
    const box = home === undefined ? undefined : boxes[home];
    if (scope !== null && home !== undefined && box?.scope === scope) {
      box.members.push(id);
      boxOf.set(id, home);
    } else {
      boxes.push({ key: `node:${id}`, scope: null, pass: 1, node: id, members: [id] });
      boxOf.set(id, boxes.length - 1);
    }
  }
}

function usersOf(nodes: readonly ReportNode[]): Map<number, number[]> {
  const users = new Map<number, number[]>();
  for (const node of nodes)
    for (const input of node.inputs) {
      const list = users.get(input);
      if (list) list.push(node.id);
      else users.set(input, [node.id]);
    }
  return users;
}

/** For every scope the outermost collapsed one among it and those around it, or null. */
function outermostCollapsed({ scopes }: Model, collapsed: ReadonlySet<number>): (number | null)[] {
  return scopes.map((_, index) => {
    let outermost: number | null = null;
    for (let at: number | null = index; at !== null; at = scopes[at]?.parent ?? null)
      if (at !== 0 && collapsed.has(at)) outermost = at;
    return outermost;
  });
}

function edgesBetween(
  nodes: readonly ReportNode[],
  boxOf: ReadonlyMap<number, number>,
  boxes: number,
): BoxEdge[] {
  /** An edge as one number. */
  const seen = new Set<number>();
  const edges: BoxEdge[] = [];
  for (const node of nodes)
    for (const input of node.inputs) {
      const from = boxOf.get(input);
      const to = boxOf.get(node.id);
      if (from === undefined || to === undefined || from === to || seen.has(from * boxes + to)) continue;
      seen.add(from * boxes + to);
      edges.push({ from, to, node: input });
    }
  return edges;
}

/** All scopes that can be collapsed: every layer, not the run itself. */
export function allLayers({ scopes }: Model): Set<number> {
  return new Set(Array.from(scopes.keys()).slice(1));
}

/** What is collapsed at first: layers are opened from the outside in as long as about `limit` boxes are shown. */
export function initiallyCollapsed(model: Model, limit = 60): Set<number> {
  const isFew = (collapsed: ReadonlySet<number>) => boxesOf(model, collapsed).boxes.length <= limit;
  // Without a collapsed layer each operation has a box of its own.
  if (!hasMoreOperations(model, limit) && isFew(new Set())) return new Set();
  const collapsed = allLayers(model);
  const depths = model.scopes.map((_, index) => depthOf(model, index));
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0);
  for (let depth = 1; depth <= deepest; depth += 1) {
    const next = new Set([...collapsed].filter((scope) => depths[scope] !== depth));
    if (next.size < collapsed.size && !isFew(next)) break;
    for (const scope of collapsed) if (!next.has(scope)) collapsed.delete(scope);
  }
  return collapsed;
}

function hasMoreOperations({ nodes }: Model, limit: number): boolean {
  let left = limit;
  return nodes.some(({ inputs }) => inputs.length > 0 && --left < 0);
}

function depthOf({ scopes }: Model, index: number): number {
  let depth = 0;
  for (let at = scopes[index]?.parent ?? null; at !== null; at = scopes[at]?.parent ?? null) depth += 1;
  return depth;
}

/** The layer that a node is in, the one around that, and so on. */
export function layersAround({ nodes, scopes }: Report, node: number): number[] {
  const around: number[] = [];
  for (let at = nodes[node]?.scope ?? null; at !== null; at = scopes[at]?.parent ?? null) around.push(at);
  return around;
}
