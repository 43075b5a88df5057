/** The trace of a run whose values are others now: the same operations, measured anew. */
import type { HandedNorms } from "../core/handed-norms";
import type { Node } from "../core/tape";
import type { Tensor } from "../core/tensor";
import type { Trace } from "../report/trace";
import { TableBuilder } from "./columns";
import { writeGradients, writeHandedBack, writeMeasures } from "./measure-rows";

/** What came of a run when it was repeated, by the nodes of its trace. */
interface Again {
  readonly tensors: readonly Tensor[];
  readonly operations: readonly (Node | null)[];
  readonly gradients: ReadonlyMap<Tensor, Tensor> | null;
  readonly handed: HandedNorms;
  readonly loss: number;
}

export function traceAgain(before: Trace, { tensors, operations, gradients, handed, loss }: Again): Trace {
  const { head, tables } = before;
  const builder = new TableBuilder();
  const grads = tensors.map((x) => gradients?.get(x) ?? null);
  const { nodes } = builder.tables;
  tensors.forEach((x, id) => {
    writeMeasures(builder.columns("nodes"), x, builder, id, 0);
  });
  writeGradients(grads, builder);
  const ids = new Map(tensors.map((x, id) => [x, id]));
  const run = { gradients, handed, tape: { nodes: operations.filter((node) => node !== null) } };
  writeHandedBack(run, { tensors, operations, ids }, grads, builder, tables);
  const { min, max, mean, std, norm, zeros, nonFinite } = nodes;
  const { gradients: rows, singles, handed: handedBack } = builder.tables;
  return {
    ...before,
    head: { ...head, loss: head.loss && { ...head.loss, value: loss } },
    tables: {
      ...tables,
      nodes: { ...tables.nodes, min, max, mean, std, norm, zeros, nonFinite },
      gradients: rows,
      singles,
      handed: handedBack,
    },
  };
}
