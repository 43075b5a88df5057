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
  for (const e of Array.from(from.keys()).sort((a, b) => span(a) - span(b) || a - b)) {
    const source = from[e] ?? 0;
    const needed = span(e) - 1;
    const isTooMuch = allRanks.length - count + needed > maximumBends;
    if (needed < 0 || (needed > 0 && isTooMuch)) continue;
    const path = chainBelow(source, needed).slice(0, needed);
    link(path.at(-1) ?? source, to[e] ?? 0);
    paths[e] = path;
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
  };
}
