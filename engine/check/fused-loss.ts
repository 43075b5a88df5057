/** The cross entropy of many variants in one loop: the last step of most checks, and their most expensive one. */
import type { Values } from "../dtype";
import { crossEntropy } from "../ops/cross-entropy";
import type { Node } from "../tape";
import type { Lift } from "./structure";

/** Changes of a logit up to which four terms of the exponential series are exact to the last bit. */
const SMALL = 1e-3;

/** Below this loss a row is nearly sure of its target, and how its logarithm is rounded shows. */
const SURE = 1e-2;

/** A row of logits at the recorded point. */
interface Row {
  readonly max: number;
  /** exp(logit − max) */
  readonly shares: Float64Array;
  readonly sum: number;
  readonly loss: number;
}

/** For logits of shape [items, classes] against class indices; like every lift it is tried before it is used. */
export function fusedCrossEntropy({ op, x, y, inputs, attrs }: Node, i: number): Lift | null {
  const reduction = "reduction" in attrs ? attrs.reduction : null;
  const known = op === crossEntropy.op && i === 0 && inputs.length === 2 && x.ndim === 2 && y.ndim === 1;
  if (!known || (reduction !== "mean" && reduction !== "sum")) return null;
  const [rows, classes] = x.shape as [number, number];
  const divisor = reduction === "mean" ? rows : 1;
  const targets = y.data;
  const recorded = Array.from({ length: rows }, (_, row) =>
    rowAt(x.data, row, classes, targets[row] as number),
  );
  return {
    name: "fused cross entropy",
    run(variants, count) {
      const losses = new Float64Array(count);
      for (let k = 0; k < count; k++) {
        let total = 0;
        for (let row = 0; row < rows; row++) {
          const from = (k * rows + row) * classes;
          const target = targets[row] as number;
          total += near(variants, from, x.data, row * classes, recorded[row] as Row, target);
        }
        losses[k] = total / divisor;
      }
      return losses;
    },
  };
}

function rowAt(logits: Values, row: number, classes: number, target: number): Row {
  const own = Array.from(logits.subarray(row * classes, (row + 1) * classes));
  const max = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const shares = Float64Array.from(own, (v) => Math.exp(v - max));
  return {
    max,
    shares,
    sum: shares.reduce((a, b) => a + b, 0),
    loss: rowLoss(logits, row * classes, classes, target),
  };
}

/** The loss of a row; close to the recorded one its exponentials are those of that row times short series. */
function near(logits: Values, from: number, base: Values, at: number, row: Row, target: number): number {
  const { shares } = row;
  const classes = shares.length;
  if (row.loss < SURE) return rowLoss(logits, from, classes, target);
  let change = 0;
  for (let c = 0; c < classes; c++) {
    const d = (logits[from + c] as number) - (base[at + c] as number);
    if (!(d <= SMALL && d >= -SMALL)) return rowLoss(logits, from, classes, target);
    change += (shares[c] as number) * d * (1 + d * (1 / 2 + d * (1 / 6 + d * (1 / 24))));
  }
  const own = logits[from + target] as number;
  if (change === 0 && own === base[at + target]) return row.loss;
  return Math.log(row.sum + change) + (row.max - own);
}

function rowLoss(logits: Values, from: number, classes: number, target: number): number {
  let max = logits[from] as number;
  for (let c = from + 1; c < from + classes; c++) max = Math.max(max, logits[c] as number);
  let sum = 0;
  for (let c = from; c < from + classes; c++) sum += Math.exp((logits[c] as number) - max);
  // max − target first: where the model is sure of the target, that is 0, and the small logarithm stays exact.
  return Math.log(sum) + (max - (logits[from + target] as number));
}
