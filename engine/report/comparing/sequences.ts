/**
 * Common parts of two sequences, in order: tokens that occur once on both sides first (patience), then the shortest edit
 * (Myers 1986) between those. Its search is bounded, so that two long sequences with little in common cost little, too.
 */

/** Indices of what belongs together, in `a` and in `b`, both growing. */
export type IndexPair = readonly [a: number, b: number];

interface Range {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** Edits that one search looks for; what lies behind them is searched from the furthest place that it came to. */
const MOST_EDITS = 1000;

export function alignSequences(a: readonly number[], b: readonly number[]): IndexPair[] {
  const pairs: IndexPair[] = [];
  const open: Range[] = [{ a0: 0, a1: a.length, b0: 0, b1: b.length }];
  for (let range = open.pop(); range; range = open.pop()) {
    const rest = trim(a, b, range, pairs);
    if (rest.a0 === rest.a1 || rest.b0 === rest.b1) continue;
    const anchors = uniqueTokens(a, b, rest);
    if (anchors.length > 0) for (const each of between(anchors, rest, pairs)) open.push(each);
    else for (const each of shortestEdit(a, b, rest)) pairs.push(each);
  }
  return pairs.sort(([x], [y]) => x - y);
}

/** Takes away what both ends have in common. */
function trim(a: readonly number[], b: readonly number[], range: Range, pairs: IndexPair[]): Range {
  let { a0, a1, b0, b1 } = range;
  while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) pairs.push([a0++, b0++]);
  while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) pairs.push([--a1, --b1]);
  return { a0, a1, b0, b1 };
}

/** Tokens that each side has once; of those that cross, as many as stand in the same order. */
function uniqueTokens(a: readonly number[], b: readonly number[], { a0, a1, b0, b1 }: Range): IndexPair[] {
  const onceIn = (list: readonly number[], from: number, to: number) => {
    const places = new Map<number, number>();
    for (let i = from; i < to; i++) {
      const token = list[i] ?? -1;
      places.set(token, places.has(token) ? -1 : i);
    }
    return places;
  };
  const inB = onceIn(b, b0, b1);
  const both: IndexPair[] = [];
  for (const [token, i] of onceIn(a, a0, a1)) {
    const j = inB.get(token) ?? -1;
    if (i >= 0 && j >= 0) both.push([i, j]);
  }
  return longestRising(both.sort(([x], [y]) => x - y));
}

function between(anchors: readonly IndexPair[], { a0, a1, b0, b1 }: Range, pairs: IndexPair[]): Range[] {
  const ranges: Range[] = [];
  let [a, b] = [a0, b0];
  for (const [i, j] of anchors) {
    ranges.push({ a0: a, a1: i, b0: b, b1: j });
    pairs.push([i, j]);
    [a, b] = [i + 1, j + 1];
  }
  return [...ranges, { a0: a, a1, b0: b, b1 }];
}

/** As many of the pairs, which grow in the first index, as also grow in the second. */
export function longestRising(pairs: readonly IndexPair[]): IndexPair[] {
  const ends: number[] = [];
  const before = new Int32Array(pairs.length);
  const second = (i: number | undefined) => (i === undefined ? -1 : (pairs[i]?.[1] ?? -1));
  pairs.forEach(([, b], i) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (second(ends[middle]) < b) low = middle + 1;
      else high = middle;
    }
    before[i] = low === 0 ? -1 : (ends[low - 1] ?? -1);
    ends[low] = i;
  });
  const found: IndexPair[] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) found.push(pairs[i] as IndexPair);
  return found.reverse();
}

/** What the other side has not at all is no part of the search. */
function shortestEdit(a: readonly number[], b: readonly number[], { a0, a1, b0, b1 }: Range): IndexPair[] {
  const [inA, inB] = [new Set(a.slice(a0, a1)), new Set(b.slice(b0, b1))];
  const at: number[] = [];
  const bt: number[] = [];
  for (let i = a0; i < a1; i++) if (inB.has(a[i] ?? -1)) at.push(i);
  for (let j = b0; j < b1; j++) if (inA.has(b[j] ?? -1)) bt.push(j);
  const [x, y] = [at.map((i) => a[i] ?? -1), bt.map((j) => b[j] ?? -1)];
  const pairs: IndexPair[] = [];
  for (let [i, j] = [0, 0]; i < x.length && j < y.length; ) {
    const found = search(x, y, i, j);
    for (const [p, q] of found.pairs) pairs.push([at[p] ?? 0, bt[q] ?? 0]);
    [i, j] = found.end;
  }
  return pairs;
}

/** The shortest edit from (x0, y0) to the end, or as far as `MOST_EDITS` lead. */
function search(a: readonly number[], b: readonly number[], x0: number, y0: number) {
  const [n, m] = [a.length - x0, b.length - y0];
  const most = Math.min(n + m, MOST_EDITS);
  const reach = new Int32Array(2 * most + 3);
  const mid = most + 1;
  const steps: Int32Array[] = [];
  let best = { x: 0, y: 0, d: 0 };
  for (let d = 0; d <= most; d++) {
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach[mid + k - 1] ?? 0) < (reach[mid + k + 1] ?? 0));
      let x = down ? (reach[mid + k + 1] ?? 0) : (reach[mid + k - 1] ?? 0) + 1;
      while (x < n && x - k < m && a[x0 + x] === b[y0 + x - k]) x++;
      reach[mid + k] = x;
      const isInside = x <= n && x - k <= m;
      if (isInside && 2 * x - k > best.x + best.y) best = { x, y: x - k, d };
    }
    steps.push(reach.slice(mid - d, mid + d + 1));
    if (best.x === n && best.y === m) break;
  }
  const pairs = wayBack(steps, best).map(([x, y]): IndexPair => [x0 + x, y0 + y]);
  return { pairs, end: [x0 + best.x, y0 + best.y] as const };
}

/** The equal tokens on the way to `end`, from what each number of edits reached. */
function wayBack(
  steps: readonly Int32Array[],
  end: { readonly x: number; readonly y: number; readonly d: number },
) {
  const pairs: IndexPair[] = [];
  let { x, y } = end;
  for (let d = end.d; d >= 0; d--) {
    const k = x - y;
    const at = (diagonal: number) =>
      Math.abs(diagonal) > d - 1 ? -1 : (steps[d - 1]?.[diagonal + d - 1] ?? -1);
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const from = d === 0 ? 0 : down ? at(k + 1) : at(k - 1) + 1;
    while (x > from) pairs.push([--x, --y]);
    if (down) y--;
    else x--;
  }
  return pairs.reverse();
}
