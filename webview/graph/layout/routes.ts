/** The ways of tensors between rows: for each a bend in every row that it passes, and hops from row to row. */
import { type End, hopLength, type LevelInput, type Net } from "./level-input";

/** A node in a row, or the way of all that leaves `source`. */
export interface Way {
  readonly node: number;
  readonly source: number;
}

/** Rows with a bend for every tensor, and the hops between them. */
export interface Routed {
  readonly count: number;
  readonly rows: readonly (readonly number[])[];
  readonly ranks: readonly number[];
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly fromOffset: Float64Array;
  readonly toOffset: Float64Array;
  readonly before: readonly number[];
  readonly net: readonly number[];
  readonly last: readonly (readonly number[])[];
}

/** Hops while they are collected, and bends. */
class Hops {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly fromOffset: number[] = [];
  readonly toOffset: number[] = [];
  readonly before: number[] = [];
  readonly net: number[] = [];
  /** Rows of all nodes, then of bends. */
  readonly ranks: number[];

  constructor(ranks: readonly number[]) {
    this.ranks = ranks.slice();
  }

  /** From one end to another, after the hop `before`; gives its index. */
  add(net: number, a: End, b: End, before: number): number {
    this.from.push(a.node);
    this.to.push(b.node);
    this.fromOffset.push(a.offset);
    this.toOffset.push(b.offset);
    this.before.push(before);
    this.net.push(net);
    return this.from.length - 1;
  }

  /** Leads a net to all that take it; gives its bends, from the row below its source on, and the last hop to each. */
  lead(
    net: number,
    { from, to }: Net,
  ): { readonly chain: readonly number[]; readonly last: readonly number[] } {
    const chain: number[] = [];
    const hops: number[] = [];
    const rank = this.ranks[from.node] ?? 0;
    const endAt = (bends: number): End => (bends === 0 ? from : { node: chain[bends - 1] ?? 0, offset: 0 });
    const last = to.map((target) => {
      const needed = (this.ranks[target.node] ?? 0) - rank - 1;
      if (needed < 0) return -1;
      while (chain.length < needed) {
        const bend = { node: this.ranks.length, offset: 0 };
        hops.push(this.add(net, endAt(chain.length), bend, hops.at(-1) ?? -1));
        chain.push(bend.node);
        this.ranks.push(rank + chain.length);
      }
      return this.add(net, endAt(needed), target, hops[needed - 1] ?? -1);
    });
    return { chain, last };
  }
}

/** All nets through the rows; what leaves a child stands in the order in which it leaves it. */
export function routeNets(input: LevelInput, ranks: readonly number[], ways: readonly Way[][]): Routed {
  const hops = new Hops(ranks);
  const led = input.nets.map((net, i) => hops.lead(i, net));
  const bySource = new Map<number, number[]>();
  input.nets.forEach(({ from }, net) => {
    const nets = bySource.get(from.node);
    if (nets) nets.push(net);
    else bySource.set(from.node, [net]);
  });
  const offsetOf = (net: number) => input.nets[net]?.from.offset ?? 0;
  for (const nets of bySource.values()) nets.sort((a, b) => offsetOf(a) - offsetOf(b) || a - b);
  const rows = ways.map((row, r) =>
    row.flatMap(({ node, source }) => {
      if (node >= 0) return node;
      const depth = r - (ranks[source] ?? 0) - 1;
      return (bySource.get(source) ?? []).flatMap((net) => led[net]?.chain[depth] ?? []);
    }),
  );
  return {
    count: hops.ranks.length,
    rows,
    ranks: hops.ranks,
    from: Int32Array.from(hops.from),
    to: Int32Array.from(hops.to),
    fromOffset: Float64Array.from(hops.fromOffset),
    toOffset: Float64Array.from(hops.toOffset),
    before: hops.before,
    net: hops.net,
    last: led.map(({ last }) => last),
  };
}

/** Heights at which rows begin and end. */
export interface Vertical {
  readonly top: readonly number[];
  readonly bottom: readonly number[];
  readonly height: number;
}

/** Hops with their places, six numbers each. */
export function placeHops(
  input: LevelInput,
  routed: Routed,
  x: Float64Array,
  { top, bottom }: Vertical,
): Float64Array {
  const { from, to, fromOffset, toOffset, ranks } = routed;
  const hops = new Float64Array(hopLength * from.length);
  for (let i = 0; i < from.length; i += 1) {
    const [a, b] = [from[i] ?? 0, to[i] ?? 0];
    const [rowA, rowB] = [ranks[a] ?? 0, ranks[b] ?? 0];
    const middle = (row: number) => ((top[row] ?? 0) + (bottom[row] ?? 0)) / 2;
    const isChild = (node: number) => node < input.widths.length;
    const start = isChild(a) ? middle(rowA) + (input.heights[a] ?? 0) / 2 : (rowA === 0 ? top : bottom)[rowA];
    const end = isChild(b) ? middle(rowB) - (input.heights[b] ?? 0) / 2 : bottom[rowB];
    const at = hopLength * i;
    hops[at] = (x[a] ?? 0) + (fromOffset[i] ?? 0);
    hops[at + 1] = start ?? 0;
    hops[at + 2] = bottom[rowA] ?? 0;
    hops[at + 3] = top[rowB] ?? 0;
    hops[at + 4] = (x[b] ?? 0) + (toOffset[i] ?? 0);
    hops[at + 5] = end ?? 0;
  }
  return hops;
}
