/** Where a plain number that differs between two runs of a model comes in. */

import type { Tape } from "../../core/tape";
import { detached, isTensor, type Tensor } from "../../core/tensor";
import type { Run } from "../../tracing/run";
import { intentAt } from "./intent";

/** An operation that took a plain number. */
export interface Entry {
  readonly op: string;
  readonly site: number;
}

/**
 * The first plain number that differs between two runs of the same operations, by the operation that took it; one that is
 * meant only where there is no other.
 * @param moved a leaf that was moved on purpose
 */
export function entryOf(run: Run, before: Tape, after: Tape, moved: Tensor | null = null): Entry | null {
  const later = after.nodes;
  let meant: Entry | null = null;
  for (const [n, node] of before.nodes.entries()) {
    const other = later[n];
    if (other === undefined || other.op !== node.op) return meant;
    for (const [i, x] of node.inputs.entries()) {
      const y = other.inputs[i];
      const plain = x.node === null && x !== moved && x.data !== moved?.data && !detached.has(x);
      if (plain && isTensor(y) && x.data.some((v, e) => v !== y.data[e])) {
        const entry = { op: node.op.name, site: node.out.site };
        if (intentAt(run, run.sources.site(entry.site)) === null) return entry;
        meant ??= entry;
      }
    }
  }
  return meant;
}
