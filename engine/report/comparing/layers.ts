/** Which layer of one run is which of the other: by name within its parent, numbered ones by what they are and their order. */
import type { Outline, OutlineLayer } from "./outline";
import { alignSequences, type IndexPair } from "./sequences";

/** By index of a layer the number that both sides have for it; layers of one side alone have one of their own. */
export interface PairedLayers {
  readonly pairs: readonly IndexPair[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export function pairLayers(a: Pick<Outline, "layers">, b: Pick<Outline, "layers">): PairedLayers {
  const pairs: IndexPair[] = [];
  const [below, others] = [childrenOf(a.layers), childrenOf(b.layers)];
  const open: IndexPair[] = [[0, 0]];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    pairs.push(pair);
    const children = pairChildren(a.layers, b.layers, below[pair[0]] ?? [], others[pair[1]] ?? []);
    for (const each of children) open.push(each);
  }
  pairs.sort(([x], [y]) => x - y);
  return { pairs, ...sharedNumbers(pairs, a.layers.length, b.layers.length) };
}

/** The same number for both of a pair, another for each of the rest. */
export function sharedNumbers(pairs: readonly IndexPair[], sizeA: number, sizeB: number) {
  const a = Array.from({ length: sizeA }, (_, i) => i);
  const b = Array.from({ length: sizeB }, (_, j) => sizeA + j);
  for (const [i, j] of pairs) b[j] = i;
  return { a, b };
}

function childrenOf(layers: readonly OutlineLayer[]): number[][] {
  const children: number[][] = layers.map(() => []);
  layers.forEach(({ parent }, i) => {
    if (parent !== null && parent !== i) children[parent]?.push(i);
  });
  return children;
}

/** What an index names may have moved by an insertion; what a person named is the same by its name. */
const numbered = /(^|[.[#])\d+\]?$/;

function pairChildren(
  inA: readonly OutlineLayer[],
  inB: readonly OutlineLayer[],
  a: readonly number[],
  b: readonly number[],
): IndexPair[] {
  const [restA, restB] = [new Set(a), new Set(b)];
  const pairs: IndexPair[] = [];
  const take = (found: readonly IndexPair[]) => {
    for (const pair of found) {
      restA.delete(pair[0]);
      restB.delete(pair[1]);
      pairs.push(pair);
    }
  };
  const layerA = (i: number) => inA[i] as OutlineLayer;
  const layerB = (j: number) => inB[j] as OutlineLayer;
  const named = new Map(b.map((j) => [layerB(j).own, j]));
  take(
    a.flatMap((i): IndexPair[] => {
      const { own } = layerA(i);
      const j = numbered.test(own) ? undefined : named.get(own);
      return j === undefined ? [] : [[i, j]];
    }),
  );
  const stem = ({ own }: OutlineLayer) => own.replace(numbered, "");
  const steps: ((layer: OutlineLayer) => string)[] = [
    (layer) => `${stem(layer)} ${layer.form}`,
    (layer) => `${stem(layer)} ${layer.type}`,
    ({ own }) => own,
    // A layer that was renamed.
    ({ form }) => form,
    ({ type }) => type,
  ];
  for (const token of steps) {
    const tokenA = (i: number) => token(layerA(i));
    take(alignTokens([...restA], [...restB], tokenA, (j) => token(layerB(j))));
  }
  return pairs;
}

/** Aligns lists by a text of each item; gives the items. */
function alignTokens(
  a: readonly number[],
  b: readonly number[],
  inA: (item: number) => string,
  inB: (item: number) => string,
): IndexPair[] {
  const ids = new Map<string, number>();
  const idOf = (text: string) => {
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };
  const pairs = alignSequences(
    a.map((item) => idOf(inA(item))),
    b.map((item) => idOf(inB(item))),
  );
  return pairs.map(([i, j]) => [a[i] ?? 0, b[j] ?? 0]);
}
