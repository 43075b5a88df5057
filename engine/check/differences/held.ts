/** Values that take no gradient by intent, though the result depends on them: a check holds them as they were. */
import type { Op } from "../../core/op";
import { Tensor } from "../../core/tensor";
import { embedding } from "../../ops/index-select";

/** The operation as its gradient means it: with an embedding's row for padding as it is in `inputs`, whatever it is given. */
export function withHeld(op: Op, inputs: readonly Tensor[], attrs: object): Op {
  const row = "paddingIdx" in attrs ? attrs.paddingIdx : null;
  if (op.name !== embedding.op.name || typeof row !== "number") return op;
  const forward: Op["forward"] = ([index, weight], given) =>
    op.forward([index as Tensor, withRow(weight as Tensor, row, inputs[1] as Tensor)], given);
  return { ...op, forward };
}

/** `x` with one row as it is in `from`. */
function withRow(x: Tensor, row: number, from: Tensor): Tensor {
  const size = from.shape[1] as number;
  const data = x.data.slice();
  data.set(from.data.subarray(row * size, (row + 1) * size), row * size);
  return new Tensor(data, x.shape, x.dtype);
}
