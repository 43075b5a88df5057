/** A run as columns of numbers: who takes what, and who computes at all. Read once, because a report's nodes are read slowly. */
import type { Report } from "../../../engine/report/report";
import { type Neighbours, neighbours } from "../layout/neighbours";

export type Model = Pick<Report, "nodes" | "scopes">;

export interface TapeColumns {
  /** Ids of the nodes that an operation made of others, in the order in which they ran. */
  readonly operations: Int32Array;
  /** Inputs of each node, and who takes each node. */
  readonly inputs: Neighbours;
  readonly users: Neighbours;
  readonly scopes: Int32Array;
}

export function readTape({ nodes }: Model): TapeColumns {
  const from: number[] = [];
  const to: number[] = [];
  const operations: number[] = [];
  for (const { id, inputs } of nodes) {
    if (inputs.length > 0) operations.push(id);
    for (const input of inputs) {
      from.push(input);
      to.push(id);
    }
  }
  const [sources, targets] = [Int32Array.from(from), Int32Array.from(to)];
  return {
    operations: Int32Array.from(operations),
    inputs: neighbours(nodes.length, targets, sources),
    users: neighbours(nodes.length, sources, targets),
    scopes: Int32Array.from(nodes, ({ scope }) => scope),
  };
}
