/** The dropouts of a run: layers, functions and masks that are multiplied by hand look the same here. */
import { sizeOf } from "../../core/shape";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { type Operations, operationsOf, scaledBy } from "./operations";
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

/** How far a share of zeros may be from its probability by chance, in standard deviations. */
const CHANCE = 4;
/** A number as near as this to the share of zeros was counted from the mask: it makes a mean of what is left. */
const COUNTED = 1e-6;

/** Those through which the gradient of the loss comes, in order. */
export const dropoutsOf = lazily((traced): readonly DropoutUse[] => {
  const operations = operationsOf(traced);
  const carries = carriesGradient(traced);
  const found: DropoutUse[] = [];
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0) continue;
    const op = operations.op(node);
    const [input = -1, mask = -1] = operations.inputs(node);
    if (op.startsWith("dropout")) {
      const p = dropped(traced, mask);
      if (p > 0) found.push({ node, input, p });
    } else if (op === "mul" && isDropMask(traced, mask))
      found.push({ node, input, p: dropped(traced, mask) });
    else {
      const use = scaledApart(traced, node);
      if (use !== null) found.push(use);
    }
  }
  return found;
});

/** Kept elements are divided by 1 − p; where none was kept, the share of zeros says all. */
function dropped(traced: Traced, mask: number): number {
  const kept = at(traced.trace.tables.nodes.max, mask);
  return kept > 0 ? 1 - 1 / kept : shareOfZeros(traced, mask);
}

function shareOfZeros(traced: Traced, mask: number): number {
  return at(traced.trace.tables.nodes.zeros, mask) / Math.max(1, sizeOf(operationsOf(traced).shape(mask)));
}

/** Whether a leaf or what was drawn holds zeros and 1 / (1 − p) in the shares of a dropout's mask. */
function isDropMask(traced: Traced, mask: number): boolean {
  const operations = operationsOf(traced);
  const kept = at(traced.trace.tables.nodes.max, mask);
  return (
    !operations.isLearned(mask) &&
    kept > 1 &&
    isTwoValued(traced, mask) &&
    isShare(traced, mask, 1 - 1 / kept)
  );
}

/** Zeros and one other value only: the variance follows from the mean. */
function isTwoValued(traced: Traced, mask: number): boolean {
  const { min, max, mean, std } = traced.trace.tables.nodes;
  const size = sizeOf(operationsOf(traced).shape(mask));
  if (size < MIN_ELEMENTS || at(min, mask) !== 0) return false;
  const kept = at(max, mask);
  return Math.abs(at(std, mask) ** 2 - at(mean, mask) * (kept - at(mean, mask))) < 1e-3 * kept ** 2;
}

/** Whether as many elements are zeros as with a probability, by chance. */
function isShare(traced: Traced, mask: number, p: number, zeros = shareOfZeros(traced, mask)): boolean {
  const size = sizeOf(operationsOf(traced).shape(mask));
  return Math.abs(zeros - p) < CHANCE * Math.sqrt((zeros * (1 - zeros)) / size) + 1e-3;
}

/** A mask of zeros and ones, with the division by 1 − p right before it or behind it. */
function scaledApart(traced: Traced, node: number): DropoutUse | null {
  const operations = operationsOf(traced);
  const masked = maskedBy(operations, node);
  if (masked === null || operations.isLearned(masked.mask) || !isTwoValued(traced, masked.mask)) return null;
  if (at(traced.trace.tables.nodes.max, masked.mask) !== 1) return null;
  const [user = -1, ...others] = operations.users(node);
  const scale =
    scaledBy(operations, masked.input) ?? (others.length === 0 ? scaledBy(operations, user) : null);
  if (scale === null || !(scale.factor > 1)) return null;
  const p = 1 - 1 / scale.factor;
  const own = shareOfZeros(traced, masked.mask);
  const zeros = masked.keeps ? own : 1 - own;
  if (Math.abs(zeros - p) < COUNTED || !isShare(traced, masked.mask, p, zeros)) return null;
  return { node, input: masked.input, p };
}

/** What a mask of zeros and ones is laid upon, and whether its ones are kept. */
function maskedBy(
  operations: Operations,
  node: number,
): { input: number; mask: number; keeps: boolean } | null {
  const [x = -1, y = -1, z = -1] = operations.inputs(node);
  const op = operations.op(node);
  if (op === "mul")
    return operations.isLearned(y) ? { input: y, mask: x, keeps: true } : { input: x, mask: y, keeps: true };
  if (op === "maskedFill")
    return operations.attribute(node, "value") === 0 ? { input: x, mask: y, keeps: false } : null;
  if (op !== "where") return null;
  if (operations.number(z) === 0) return { input: y, mask: x, keeps: true };
  return operations.number(y) === 0 ? { input: z, mask: x, keeps: false } : null;
}
