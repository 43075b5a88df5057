/** Values that nodes would have without what a rule found: what counterfactual runs are made with. */
import { sizeOf } from "../../core/shape";
import { at } from "../../report/trace";
import type { OtherValues } from "../experiments";
import type { Traced } from "../traced";
import { shapeOf } from "./trunk";

/** Data with mean 0 and deviation 1: each column of a table by itself, else all of it. */
export function standardised(traced: Traced, node: number): OtherValues | null {
  const shape = shapeOf(traced, node);
  const columns = shape.length === 2 ? (shape[1] ?? 1) : 1;
  const values = traced.values(node, "value");
  if (values === null) return null;
  const moments = Array.from({ length: columns }, (_, column) => momentsOf(values, column, columns));
  const all = Float64Array.from(values, (value, i) => {
    const { mean, std } = moments[i % columns] ?? { mean: 0, std: 1 };
    return (value - mean) / (std || 1);
  });
  return new Map([[node, all]]);
}

/** Parameters moved so that their mean is 0: biases that push nothing. */
export function centred(traced: Traced, nodes: readonly number[]): OtherValues | null {
  return changed(traced, nodes, (value, { mean }) => value - mean);
}

/** Parameters a hundred times as small. */
export function shrunk(traced: Traced, nodes: readonly number[]): OtherValues | null {
  return changed(traced, nodes, (value) => value / 100);
}

/**
 * Weights with mean 0 and the size that keeps the size of signals, √(gain / inputs), scales of 1. Null where they do not
 * differ, so that no size can be given to what tells them apart.
 */
export function ofUsualSize(traced: Traced, nodes: readonly number[], gain = 1): OtherValues | null {
  return changed(traced, nodes, (value, { mean, std, rms }, shape) => {
    if (shape.length < 2) return rms === 0 ? null : value / rms;
    const inputs = Math.max(1, sizeOf(shape.slice(1)));
    return std === 0 ? null : ((value - mean) / std) * Math.sqrt(gain / inputs);
  });
}

interface Moments {
  readonly mean: number;
  readonly std: number;
  readonly rms: number;
}

function changed(
  traced: Traced,
  nodes: readonly number[],
  change: (value: number, moments: Moments, shape: readonly number[]) => number | null,
): OtherValues | null {
  const all = new Map<number, Float64Array>();
  for (const node of nodes) {
    const values = traced.values(node, "value");
    if (values === null) return null;
    const moments = momentsOf(values, 0, 1);
    const shape = shapeOf(traced, node);
    const others = Float64Array.from(values, (value) => change(value, moments, shape) ?? Number.NaN);
    if (others.some(Number.isNaN)) return null;
    all.set(node, others);
  }
  return all.size === 0 ? null : all;
}

/** Of every `step`th element from `first` on. */
function momentsOf(values: ArrayLike<number>, first: number, step: number): Moments {
  let [count, sum, squares] = [0, 0, 0];
  for (let i = first; i < values.length; i += step) {
    count++;
    sum += at(values, i);
    squares += at(values, i) ** 2;
  }
  const mean = sum / Math.max(1, count);
  let apart = 0;
  for (let i = first; i < values.length; i += step) apart += (at(values, i) - mean) ** 2;
  return { mean, std: Math.sqrt(apart / Math.max(1, count)), rms: Math.sqrt(squares / Math.max(1, count)) };
}
