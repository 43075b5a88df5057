/** Dropouts on the outputs of a network, and in front of batch norm. */
import { sizeOf } from "../../core/shape";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { type DropoutUse, dropoutsOf } from "./dropouts";
import { linearMapsOf } from "./linear-maps";
import { behindViews, type Operations, operationsOf } from "./operations";
import { carriesGradient } from "./wires";

/** What couples elements of different outputs: what comes before it is no output yet. */
const contractions =
  /^(matmul|linear|einsum|conv|dot$|outer|cosineSimilarity|cdist|scaledDot|.*Norm$|standardize)/;
/** More operations than lie between outputs and a loss. */
const MAX_STEPS = 60;

/** Dropouts behind which no weight comes any more: what they drop are the predictions. */
export const outputDropoutsOf = lazily((traced): readonly DropoutUse[] => {
  const operations = operationsOf(traced);
  return dropoutsOf(traced).filter(
    ({ node, input }) => operations.isLearned(input) && isLast(operations, node),
  );
});

function isLast(operations: Operations, dropout: number): boolean {
  const behind = new Set([dropout]);
  const waiting = new Set([dropout]);
  while (waiting.size > 0 && behind.size < MAX_STEPS) {
    // Inputs have smaller ids than what is made of them: the smallest one has all of its inputs behind it.
    const node = Math.min(...waiting);
    waiting.delete(node);
    for (const user of operations.users(node)) {
      if (behind.has(user)) continue;
      const isNumber = sizeOf(operations.shape(user)) === 1;
      behind.add(user);
      if (isNumber && !contractions.test(operations.op(user))) continue;
      waiting.add(user);
    }
    if (node !== dropout && !isOutput(operations, node, behind)) return false;
  }
  return waiting.size === 0;
}

/** Whether a result is made of the outputs and of what is not learned. */
function isOutput(operations: Operations, node: number, behind: ReadonlySet<number>): boolean {
  if (contractions.test(operations.op(node))) return false;
  return operations.inputs(node).every((input) => behind.has(input) || !operations.isLearned(input));
}

/** A dropout whose result is normalised by statistics of the batch. */
interface DropoutBeforeNorm extends DropoutUse {
  readonly norm: number;
  /** Whether not even a linear map lies between. */
  readonly isDirect: boolean;
}

export const dropoutsBeforeNormOf = lazily((traced): readonly DropoutBeforeNorm[] => {
  const operations = operationsOf(traced);
  const dropouts = new Map(dropoutsOf(traced).map((each) => [each.node, each]));
  const carries = carriesGradient(traced);
  const found: DropoutBeforeNorm[] = [];
  for (let norm = 0; norm < carries.length && dropouts.size > 0; norm++) {
    if (carries[norm] === 0 || operations.op(norm) !== "batchNorm") continue;
    const before = behindViews(operations, operations.inputs(norm)[0] ?? -1);
    const dropout = dropouts.get(before) ?? dropouts.get(beforeMap(traced, before));
    if (dropout !== undefined) found.push({ ...dropout, norm, isDirect: dropout.node === before });
  }
  return found;
});

function beforeMap(traced: Traced, node: number): number {
  const map = linearMapsOf(traced).of(node);
  return map === null ? -1 : behindViews(operationsOf(traced), map.input);
}
