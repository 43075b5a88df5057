/** Which node of one run is which of the other, as far as it is known: one to one. */
import type { Outline } from "./outline";
import { alignSequences, type IndexPair, longestRising } from "./sequences";

export class Matching {
  /** By node of A its node in B, -1 for none; and the other way. */
  readonly toB: Int32Array;
  readonly toA: Int32Array;

  constructor(a: Pick<Outline, "count">, b: Pick<Outline, "count">) {
    this.toB = new Int32Array(a.count).fill(-1);
    this.toA = new Int32Array(b.count).fill(-1);
  }

  hasA(a: number): boolean {
    return this.toB[a] !== -1;
  }

  hasB(b: number): boolean {
    return this.toA[b] !== -1;
  }

  /** Says that both are the same; no when one already is another. */
  link(a: number, b: number): boolean {
    if (this.toB[a] !== -1 || this.toA[b] !== -1) return false;
    this.toB[a] = b;
    this.toA[b] = a;
    return true;
  }

  /** In the order of A. */
  pairs(): IndexPair[] {
    return [...this.toB].flatMap((b, a): IndexPair[] => (b === -1 ? [] : [[a, b]]));
  }
}

/** The token of a node; null for one that this step does not look at. */
export type TokenOf = (node: number) => string | null;

/** Links what has the same token and stands in the same order between nodes that are linked already. */
export function linkInOrder(matching: Matching, inA: TokenOf, inB: TokenOf): void {
  const ids = new Map<string, number>();
  const idOf = (token: string) => {
    const id = ids.get(token) ?? ids.size;
    ids.set(token, id);
    return id;
  };
  const { toA, toB } = matching;
  const found: IndexPair[] = [];
  let [a, b] = [0, 0];
  for (const [i, j] of [...longestRising(matching.pairs()), [toB.length, toA.length] as const]) {
    const left = tokensBetween(toB, a, i, inA, idOf);
    const right = tokensBetween(toA, b, j, inB, idOf);
    for (const [x, y] of alignSequences(left.tokens, right.tokens))
      found.push([left.nodes[x] ?? 0, right.nodes[y] ?? 0]);
    [a, b] = [i + 1, j + 1];
  }
  for (const [x, y] of found) matching.link(x, y);
}

/** The nodes from `from` on, before `to`, that have a token and no partner. */
function tokensBetween(
  linked: Int32Array,
  from: number,
  to: number,
  tokenOf: TokenOf,
  idOf: (token: string) => number,
) {
  const nodes: number[] = [];
  const tokens: number[] = [];
  for (let node = from; node < to; node++) {
    const token = linked[node] === -1 ? tokenOf(node) : null;
    if (token === null) continue;
    nodes.push(node);
    tokens.push(idOf(token));
  }
  return { nodes, tokens };
}

/** Links nodes of the same token wherever they stand, in order, when both sides have as many of them. */
export function linkGroups(matching: Matching, inA: TokenOf, inB: TokenOf): void {
  const groups = (linked: Int32Array, tokenOf: TokenOf) => {
    const nodes = new Map<string, number[]>();
    linked.forEach((other, node) => {
      const token = other === -1 ? tokenOf(node) : null;
      if (token === null) return;
      const group = nodes.get(token);
      if (group) group.push(node);
      else nodes.set(token, [node]);
    });
    return nodes;
  };
  const right = groups(matching.toA, inB);
  for (const [token, nodes] of groups(matching.toB, inA)) {
    const others = right.get(token);
    if (others?.length !== nodes.length) continue;
    for (const [i, node] of nodes.entries()) matching.link(node, others[i] ?? -1);
  }
}
