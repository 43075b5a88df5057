/** The cross entropy of many variants in one loop: the last step of most checks, and their most expensive one. */
import type { Values } from "../../core/dtype";
import type { Node } from "../../core/tape";
import { crossEntropy } from "../../ops/cross-entropy";
import type { Lift } from "./lift";

/** Changes of a row's logits (as a vector's length) up to which a few terms of the series of exp and log are exact to the last bit. */
export const SMALL = 1e-3;
/** Below this loss a row is nearly sure of its target, and how its logarithm is rounded shows. */
export const SURE = 1e-2;

/** The rows of logits at the recorded point. */
export interface RecordedRows {
  readonly logits: Float64Array;
  /** softmax(logits) */
  readonly shares: Float64Array;
  /** Loss of each row. */
  readonly losses: Float64Array;
  readonly targets: Int32Array;
  readonly classes: number;
  /** The loss is the sum of the rows' over this. */
  readonly divisor: number;
}

/** For logits of shape [items, classes] against class indices; like every lift it is tried before it is used. */
export function fusedCrossEntropy(node: Node, i: number): Lift | null {
  const recorded = i === 0 ? recordedLosses(node) : null;
  if (recorded === null) return null;
  const { losses, divisor } = recorded;
  return {
    name: "fused cross entropy",
    run: (variants, count) =>
      Float64Array.from(
        { length: count },
        (_, k) => totalLoss(variants, k * losses.length, recorded) / divisor,
      ),
  };
}

/** What a cross entropy of rows of logits against class indices was made of; null for any other. */
export function recordedLosses({ op, x, y, inputs, attrs }: Node): RecordedRows | null {
  const reduction = "reduction" in attrs ? attrs.reduction : null;
  const known = op === crossEntropy.op && inputs.length === 2 && x.ndim === 2 && y.ndim === 1;
  if (!known || (reduction !== "mean" && reduction !== "sum")) return null;
  const [rows, classes] = x.shape as [number, number];
  const [logits, targets] = [Float64Array.from(x.data), Int32Array.from(y.data)];
  const losses = new Float64Array(rows);
  const shares = new Float64Array(logits.length);
  for (let row = 0; row < rows; row++) {
    const from = row * classes;
    losses[row] = rowLoss(logits, from, classes, targets[row] as number);
    const log = (losses[row] as number) + (logits[from + (targets[row] as number)] as number);
    let sum = 0;
    for (let c = from; c < from + classes; c++) {
      shares[c] = Math.exp((logits[c] as number) - log);
      sum += shares[c] as number;
    }
    // 1 but for the rounding of large logits.
    for (let c = from; c < from + classes; c++) shares[c] = (shares[c] as number) / sum;
  }
  return { logits, shares, losses, targets, classes, divisor: reduction === "mean" ? rows : 1 };
}

/** The losses of all rows; close to the recorded ones by short series from there, which is faster and rounds less. */
export function totalLoss(variants: Values, firstRow: number, at: RecordedRows): number {
  const { logits, shares, losses, targets, classes } = at;
  let total = 0;
  for (let row = 0; row < losses.length; row++) {
    const base = row * classes;
    const from = firstRow * classes + base;
    const target = targets[row] as number;
    const loss = losses[row] as number;
    // The mean of exp(d) − 1 over the classes: what the sum of exponentials grows by, relative to itself.
    let r = 0;
    let squares = 0;
    for (let c = 0; c < classes; c++) {
      const d = (variants[from + c] as number) - (logits[base + c] as number);
      squares += d * d;
      r += (shares[base + c] as number) * d * (1 + d * (1 / 2 + d * (1 / 6 + d * (1 / 24))));
    }
    // Not so for NaN.
    const isNear = loss >= SURE && squares <= SMALL * SMALL;
    if (isNear) {
      const log = r * (1 - r * (1 / 2 - r * (1 / 3 - r * (1 / 4 - r * (1 / 5)))));
      total += loss + (log - ((variants[from + target] as number) - (logits[base + target] as number)));
    } else total += rowLoss(variants, from, classes, target);
  }
  return total;
}

export function rowLoss(logits: Values, from: number, classes: number, target: number): number {
  let max = logits[from] as number;
  for (let c = from + 1; c < from + classes; c++) max = Math.max(max, logits[c] as number);
  let sum = 0;
  for (let c = from; c < from + classes; c++) sum += Math.exp((logits[c] as number) - max);
  // max − target first: where the model is sure of the target, that is 0, and the small logarithm stays exact.
  return Math.log(sum) + (max - (logits[from + target] as number));
}
