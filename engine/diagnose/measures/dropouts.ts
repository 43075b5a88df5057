/** The dropouts of a run: layers, functions and masks that are multiplied by hand look the same here. */
import { sizeOf } from "../../core/shape";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import { operationsOf } from "./operations";
import { carriesGradient } from "./wires";

export interface DropoutUse {
  readonly node: number;
  /** What is dropped. */
  readonly input: number;
  /** Probability with which an element becomes 0. */
  readonly p: number;
}

/** A smaller mask does not tell its probability. */
const MIN_ELEMENTS = 16;

/** Those through which the gradient of the loss comes, in order. */
export const dropoutsOf = lazily((traced): readonly DropoutUse[] => {
  const operations = operationsOf(traced);
  const { max, zeros } = traced.trace.tables.nodes;
  const carries = carriesGradient(traced);
  const found: DropoutUse[] = [];
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0) continue;
    const op = operations.op(node);
    if (!op.startsWith("dropout") && op !== "mul") continue;
    const [input = -1, mask = -1] = operations.inputs(node);
    if (op === "mul" && !isDropMask(traced, mask)) continue;
    // Kept elements are divided by 1 − p; where none was kept, the share of zeros says all.
    const kept = at(max, mask);
    const p = kept > 0 ? 1 - 1 / kept : at(zeros, mask) / Math.max(1, sizeOf(operations.shape(mask)));
    if (p > 0) found.push({ node, input, p });
  }
  return found;
});

/** Whether a leaf or what was drawn holds zeros and 1 / (1 − p) in the shares of a dropout's mask. */
const isDropMask = (traced: Parameters<typeof operationsOf>[0], mask: number): boolean => {
  const operations = operationsOf(traced);
  const { min, max, mean, zeros, std } = traced.trace.tables.nodes;
  const size = sizeOf(operations.shape(mask));
  const [kept, share] = [at(max, mask), at(zeros, mask) / Math.max(1, size)];
  if (operations.isLearned(mask) || size < MIN_ELEMENTS || at(min, mask) !== 0 || kept <= 1) return false;
  // Two values only: the variance of a mask of zeros and `kept` follows from its mean.
  const variance = at(mean, mask) * (kept - at(mean, mask));
  const isTwoValued = Math.abs(at(std, mask) ** 2 - variance) < 1e-3 * kept ** 2;
  const spread = 4 * Math.sqrt((share * (1 - share)) / size);
  return isTwoValued && Math.abs(share - (1 - 1 / kept)) < spread + 1e-3;
};
