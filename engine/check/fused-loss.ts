/** The cross entropy of many variants in one loop: the last step of most checks, and their most expensive one. */
import type { Values } from "../dtype";
import { crossEntropy } from "../ops/cross-entropy";
import type { Node } from "../tape";
import type { Lift } from "./structure";

/** For logits of shape [items, classes] against class indices; like every lift it is tried before it is used. */
export function fusedCrossEntropy({ op, x, y, inputs, attrs }: Node, i: number): Lift | null {
  const reduction = "reduction" in attrs ? attrs.reduction : null;
  const known = op === crossEntropy.op && i === 0 && inputs.length === 2 && x.ndim === 2 && y.ndim === 1;
  if (!known || (reduction !== "mean" && reduction !== "sum")) return null;
  const [rows, classes] = x.shape as [number, number];
  const divisor = reduction === "mean" ? rows : 1;
  return {
    name: "fused cross entropy",
    run(variants, count) {
      const losses = new Float64Array(count);
      for (let k = 0; k < count; k++) {
        losses[k] = lossOf(variants, k * rows * classes, rows, classes, y.data) / divisor;
      }
      return losses;
    },
  };
}

function lossOf(logits: Values, start: number, rows: number, classes: number, targets: Values): number {
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const from = start + row * classes;
    let max = logits[from] as number;
    for (let c = from + 1; c < from + classes; c++) max = Math.max(max, logits[c] as number);
    let sum = 0;
    for (let c = from; c < from + classes; c++) sum += Math.exp((logits[c] as number) - max);
    // max − target first: where the model is sure of the target, that is 0, and the small logarithm stays exact.
    total += Math.log(sum) + (max - (logits[from + (targets[row] as number)] as number));
  }
  return total;
}
