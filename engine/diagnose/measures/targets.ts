/** What targets are like. */
import type { ReportNode } from "../../report/report";
import type { Traced } from "../traced";
import type { LossTerm } from "./loss-terms";

/** Elements that are looked at, spread over all. */
const MAX_LOOKED_AT = 20_000;

/** True when all elements are 0 or 1, and both occur. */
export function isBinary(traced: Traced, { id, value }: ReportNode): boolean {
  if (value.min !== 0 || value.max !== 1 || value.nonFinite > 0) return false;
  return someOf(traced, id).every((v) => v === 0 || v === 1);
}

/** Elements of a value, all where there are not too many. */
export function someOf(traced: Traced, node: number): number[] {
  const values = traced.values(node, "value") ?? [];
  const step = Math.max(1, Math.ceil(values.length / MAX_LOOKED_AT));
  const found: number[] = [];
  for (let i = 0; i < values.length; i += step) found.push(values[i] ?? 0);
  return found;
}

/** The dimension of the classes of a loss: as the loss says, or the one along which the target sums to 1; null where it is not known. */
export function classDimOf(
  traced: Traced,
  { dim, target, prediction, byHand, picks }: LossTerm,
): number | null {
  if (!byHand || target === null || picks) return dim;
  const { shape } = prediction;
  if (target.shape.join() !== shape.join()) return dim;
  const values = traced.values(target.id, "value");
  if (values === null) return null;
  const dims = Array.from(shape.keys()).filter((each) => sumsToOne(values, shape, each));
  const [found = null, ...others] = dims;
  return others.length === 0 ? found : null;
}

/** The dimensions of more than one place along which numbers sum to 1, none of them below 0. */
export function probabilityDims(values: ArrayLike<number>, shape: readonly number[]): number[] {
  const dims = Array.from(shape.keys()).filter(
    (dim) => (shape[dim] ?? 1) > 1 && sumsToOne(values, shape, dim),
  );
  return dims.length > 0 && Array.prototype.every.call(values, (value: number) => value >= 0) ? dims : [];
}

function sumsToOne(values: ArrayLike<number>, shape: readonly number[], dim: number): boolean {
  const length = shape[dim] ?? 1;
  const inner = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  for (let row = 0; row < values.length / length; row++) {
    const first = Math.floor(row / inner) * length * inner + (row % inner);
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[first + i * inner] ?? 0;
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return true;
}

/** The one element that lies far from all others, and how many times as far as they do; null where there is none. */
export function outlierIn(traced: Traced, target: ReportNode): { element: number; times: number } | null {
  const values = traced.values(target.id, "value");
  if (values === null || values.length < 8) return null;
  const middle = medianOf(someOf(traced, target.id));
  let [element, far, squares] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const away = Math.abs((values[i] ?? 0) - middle);
    squares += away * away;
    if (away > far) [element, far] = [i, away];
  }
  const others = Math.sqrt(Math.max(0, squares - far * far) / (values.length - 1));
  return far > 30 * others && others > 0 ? { element, times: far / others } : null;
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
