/** Sums and means over everything when few elements changed: the old result and what the changes add. */

import type { Node } from "../../core/tape";
import { sum } from "../../ops/broadcast";
import { mean } from "../../ops/mean";
import type { Dense, Sparse } from "./variants";

/** The result of each variant; null when the operation is no sum or mean to a single number. */
export function addUpChanged(
  { op, x, out }: Node,
  { each, index, data }: Sparse,
  count: number,
): Dense | null {
  if ((op !== sum.op && op !== mean.op) || out.size !== 1) return null;
  const share = op === mean.op ? 1 / x.size : 1;
  const before = out.data[0] as number;
  const results = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let change = 0;
    for (let e = k * each; e < (k + 1) * each; e++) {
      change += (data[e] as number) - (x.data[index[e] as number] as number);
    }
    results[k] = before + share * change;
  }
  return { kind: "dense", data: results };
}
