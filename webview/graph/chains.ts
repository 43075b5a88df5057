/** Long edges as chains of short ones: a bend in every row between, shared by all edges that leave the same node. */
import type { Edges } from "./ranks";

/** The graph with bends as further nodes, numbered from `count` on; all edges but direct ones go one row down. */
export interface Chained {
  readonly total: number;
  readonly ranks: Int32Array;
  /** Edges between neighbouring rows. */
  readonly edges: Edges;
  /** The bends of each original edge, in order: `bends[bendStart[e]] …`. */
  readonly bendStart: Int32Array;
  readonly bends: Int32Array;
  /** 1 for an edge that branches off: its way down to its first bend is that of another edge from the same node. */
  readonly isBranch: Uint8Array;
}

/** Above this many bends the longest edges are drawn straight, so that memory stays bounded. */
const maximumBends = 60_000;

export function chainEdges(count: number, edges: Edges, ranks: Int32Array): Chained {
  const { from, to } = edges;
  const span = (e: number) => (ranks[to[e] ?? 0] ?? 0) - (ranks[from[e] ?? 0] ?? 0);
  const chains = new Map<number, number[]>();
  const allRanks = Array.from(ranks);
  const short = { from: [] as number[], to: [] as number[] };
  const link = (a: number, b: number) => {
    short.from.push(a);
    short.to.push(b);
  };
  /** The chain of bends below a node, made as long as asked. */
  const chainBelow = (source: number, length: number): number[] => {
    const chain = chains.get(source) ?? [];
    chains.set(source, chain);
    while (chain.length < length) {
      link(chain.at(-1) ?? source, allRanks.length);
      chain.push(allRanks.length);
      allRanks.push((ranks[source] ?? 0) + chain.length);
    }
    return chain;
  };
  const paths: number[][] = Array.from(from, () => []);
  const isBranch = new Uint8Array(from.length);
  /** How far down each node's chain edges have been led already; they come in the order of their length. */
  const reach = new Map<number, number>();
  for (const e of Array.from(from.keys()).sort((a, b) => span(a) - span(b) || a - b)) {
    const source = from[e] ?? 0;
    const needed = span(e) - 1;
    const isTooMuch = allRanks.length - count + needed > maximumBends;
    if (needed < 0 || (needed > 0 && isTooMuch)) continue;
    const chain = chainBelow(source, needed);
    const drawn = reach.get(source) ?? 0;
    isBranch[e] = drawn > 0 ? 1 : 0;
    paths[e] = chain.slice(Math.max(0, drawn - 1), needed);
    reach.set(source, needed);
    link(chain[needed - 1] ?? source, to[e] ?? 0);
  }
  const bendStart = new Int32Array(from.length + 1);
  paths.forEach((path, e) => {
    bendStart[e + 1] = (bendStart[e] ?? 0) + path.length;
  });
  return {
    total: allRanks.length,
    ranks: Int32Array.from(allRanks),
    edges: { from: Int32Array.from(short.from), to: Int32Array.from(short.to) },
    bendStart,
    bends: Int32Array.from(paths.flat()),
    isBranch,
  };
}
