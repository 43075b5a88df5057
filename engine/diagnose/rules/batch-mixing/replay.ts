/** Two runs in which one item of the batch is another one: the first operation of which one element depends on both items. */
import { at } from "../../../report/trace";
import type { Repeated } from "../../experiments";
import { carriesGradient } from "../../measures/wires";
import type { Traced } from "../../traced";
import type { DataPaths } from "./data-paths";

/** Where the batch is: its dimension in the sources, and its size. */
export interface Batch {
  readonly dim: number;
  readonly size: number;
}

/**
 * The first node on the way to weights of which an element changes with the first item and with the last one.
 * @param kept nodes that may mix, such as batch normalisation: they count as if each item had its own
 * @returns null where there is none; undefined where the run could not be repeated
 */
export function firstMixed(
  traced: Traced,
  paths: DataPaths,
  batch: Batch,
  kept: readonly number[],
): number | null | undefined {
  const sources = paths.sources.filter((node) => paths.shape(node)[batch.dim] === batch.size);
  if (sources.length === 0) return undefined;
  const other = (item: number) => {
    const leaves = new Map<number, ArrayLike<number>>();
    for (const node of sources) {
      const values = traced.values(node, "value");
      if (values === null) return null;
      leaves.set(node, withOther(values, paths.shape(node), batch, item));
    }
    for (const node of kept) {
      const values = traced.values(node, "value");
      if (values === null) return null;
      const isWhole = paths.shape(node)[0] === batch.size;
      leaves.set(node, isWhole ? moved(values, batch.size, item) : values);
    }
    return traced.experiments?.repeat(leaves) ?? null;
  };
  const [first, last] = [other(0), other(batch.size - 1)];
  if (first === null || last === null) return undefined;
  // What the run made may be of weights that have changed since: then it is no measure for what a replay makes.
  let same: Repeated | null = null;
  const carries = carriesGradient(traced);
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0 || paths.isOnTheWay[node] === 0 || kept.includes(node)) continue;
    const [a, b] = [first.value(node), last.value(node)];
    const differ = (values: ArrayLike<number> | null) =>
      values !== null && a !== null && b !== null && meet(values, a, b);
    if (!differ(traced.values(node, "value"))) continue;
    same ??= traced.experiments?.repeat(asTheyAre(traced, [...sources, ...kept])) ?? null;
    if (same === null) return undefined;
    if (differ(same.value(node))) return node;
  }
  return null;
}

function asTheyAre(traced: Traced, nodes: readonly number[]): Map<number, ArrayLike<number>> {
  return new Map(nodes.map((node) => [node, traced.values(node, "value") ?? []]));
}

/** The item in the place of `item` becomes a copy of one in the middle: as likely a value as any, also for words. */
function withOther(
  values: ArrayLike<number>,
  shape: readonly number[],
  { dim, size }: Batch,
  item: number,
): Float64Array {
  const inner = shape.slice(dim + 1).reduce((product, length) => product * length, 1);
  const made = Float64Array.from(values);
  const isOther = (from: number) => {
    for (let i = 0; i < made.length; i++) {
      if (Math.floor(i / inner) % size !== item) continue;
      if (at(values, i + (from - item) * inner) !== at(values, i)) return true;
    }
    return false;
  };
  const middle = Math.floor(size / 2);
  let from = middle;
  for (let k = 0; k < size && (from === item || !isOther(from)); k++) from = (middle + k) % size;
  for (let i = 0; i < made.length; i++)
    if (Math.floor(i / inner) % size === item) made[i] = at(values, i + (from - item) * inner);
  return made;
}

/** The item moved by a tenth and a little, wherever its values come from. */
function moved(values: ArrayLike<number>, size: number, item: number): Float64Array {
  const inner = values.length / size;
  return Float64Array.from(values, (value, i) =>
    Math.floor(i / inner) === item ? 1.1 * value + 0.01 : value,
  );
}

function meet(values: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = at(values, i);
    if (at(a, i) !== value && at(b, i) !== value && !Number.isNaN(value)) return true;
  }
  return false;
}
