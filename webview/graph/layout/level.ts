/** Lays out what is directly in one frame: children in rows, and the way of every tensor between them, in and out. */
import { type LevelInput, nodesOf } from "./level-input";
import { orderRows } from "./order";
import { placeNodes } from "./place";
import { assignRanks } from "./ranks";
import { placeHops, type Routed, routeNets, type Vertical, type Way } from "./routes";
import { rowGraph } from "./row-graph";

export interface LevelLayout {
  /** Centres of the children, then places of the ports. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: number;
  readonly height: number;
  /** From row to row: straight down, over to the next place, straight down. */
  readonly hops: Float64Array;
  /** The hop before each; -1 for one that starts at its net's source. */
  readonly before: Int32Array;
  /** Net of each hop. */
  readonly net: Int32Array;
  /** The last hop to each target of each net. */
  readonly last: readonly (readonly number[])[];
}

const gapX = 22;
/** Room that an edge takes on its way past boxes. */
const edgeWidth = 12;

export function layoutLevel(input: LevelInput): LevelLayout {
  const ranks = ranksOf(input);
  const rows = orderedRows(input, ranks);
  const routed = routeNets(input, ranks, rows);
  const x = placeNodes(
    rowGraph({
      ...routed,
      half: halfWidths(input, routed.count),
      isBend: bendsFrom(input, routed.count),
      isWeak: weakEdges(input, routed),
    }),
  );
  const vertical = rowHeights(input, routed.rows);
  const { width, left } = extent(input, x);
  for (let i = 0; i < x.length; i += 1) x[i] = (x[i] ?? 0) - left;
  const nodes = nodesOf(input);
  const y = new Float64Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    const row = routed.ranks[node] ?? 0;
    y[node] = ((vertical.top[row] ?? 0) + (vertical.bottom[row] ?? 0)) / 2;
  }
  return {
    x: x.slice(0, nodes),
    y,
    width,
    height: vertical.height,
    hops: placeHops(input, routed, x, vertical),
    before: Int32Array.from(routed.before),
    net: Int32Array.from(routed.net),
    last: routed.last,
  };
}

/** Rows of all nodes: ports at the top alone in the first row, those at the bottom in the last. */
function ranksOf(input: LevelInput): number[] {
  const count = input.widths.length;
  const from: number[] = [];
  const to: number[] = [];
  for (const net of input.nets)
    for (const end of net.to)
      if (net.from.node < count && end.node < count) {
        from.push(net.from.node);
        to.push(end.node);
      }
  const first = input.entries > 0 ? 1 : 0;
  const inner = assignRanks(count, { from: Int32Array.from(from), to: Int32Array.from(to) });
  const ranks = Array.from(inner, (rank) => rank + first);
  const last = ranks.reduce((most, rank) => Math.max(most, rank + 1), first);
  for (let i = 0; i < input.entries; i += 1) ranks.push(0);
  for (let i = 0; i < input.exits; i += 1) ranks.push(last);
  return ranks;
}

/** What leaves one child goes one way as long as it can, however many tensors it is: so rows do not depend on what is open. */
function orderedRows({ nets, ...input }: LevelInput, nodeRanks: readonly number[]): Way[][] {
  const nodes = nodesOf({ nets, ...input });
  const ranks = nodeRanks.slice();
  const from: number[] = [];
  const to: number[] = [];
  const bends: Way[] = [];
  const chains = new Map<number, number[]>();
  for (const net of nets) {
    const source = net.from.node;
    const chain = chains.get(source) ?? [];
    chains.set(source, chain);
    for (const { node } of net.to) {
      const needed = (ranks[node] ?? 0) - (ranks[source] ?? 0) - 1;
      if (needed < 0) continue;
      while (chain.length < needed) {
        from.push(chain.at(-1) ?? source);
        to.push(ranks.length);
        chain.push(ranks.length);
        bends.push({ node: -1, source });
        ranks.push((ranks[source] ?? 0) + chain.length);
      }
      from.push(chain[needed - 1] ?? source);
      to.push(node);
    }
  }
  const edges = { from: Int32Array.from(from), to: Int32Array.from(to) };
  const sweeps = ranks.length > 4000 ? 4 : 16;
  const rows = orderRows(ranks.length, edges, Int32Array.from(ranks), sweeps);
  return rows.map((row) => row.map((node) => bends[node - nodes] ?? { node, source: -1 }));
}

/** What comes from a leaf is weak where something computed arrives, too: so the main path runs straight, leaves beside it. */
function weakEdges({ nets }: LevelInput, { to, net }: Routed): Uint8Array {
  const hasStrong = new Set<number>();
  to.forEach((node, edge) => {
    if (!nets[net[edge] ?? 0]?.isLeaf) hasStrong.add(node);
  });
  return Uint8Array.from(to, (node, edge) => (nets[net[edge] ?? 0]?.isLeaf && hasStrong.has(node) ? 1 : 0));
}

function halfWidths({ widths }: LevelInput, count: number): Float64Array {
  const half = new Float64Array(count).fill(edgeWidth / 2);
  for (let i = 0; i < widths.length; i += 1) half[i] = ((widths[i] ?? 0) + gapX) / 2;
  return half;
}

function bendsFrom(input: LevelInput, count: number): Uint8Array {
  return new Uint8Array(count).fill(1, nodesOf(input));
}

function rowHeights(input: LevelInput, rows: Routed["rows"]): Vertical {
  const { heights, entries, exits, heading } = input;
  const top: number[] = [];
  const bottom: number[] = [];
  let at = input.top;
  rows.forEach((row, r) => {
    if (r === 0 && entries > 0) {
      top.push(0);
      bottom.push(heading);
      return;
    }
    if (exits > 0 && r === rows.length - 1) return;
    const height = row.reduce((most, node) => Math.max(most, heights[node] ?? 0), 0);
    top.push(at);
    bottom.push(at + height);
    at += height + input.gap;
  });
  const end = Math.max(input.top, at - input.gap) + input.bottom;
  if (exits > 0) {
    top.push(end);
    bottom.push(end);
  }
  return { top, bottom, height: end };
}

function extent(input: LevelInput, x: Float64Array): { readonly left: number; readonly width: number } {
  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  x.forEach((centre, node) => {
    const half = (input.widths[node] ?? 4) / 2;
    left = Math.min(left, centre - half);
    right = Math.max(right, centre + half);
  });
  return left > right ? { left: 0, width: 0 } : { left, width: right - left };
}
