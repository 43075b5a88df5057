/** How the nodes of a run hang together: what is made of what, and what lies behind the loss. */
import { startsOf } from "../../report/steps";
import { at } from "../../report/trace";
import { lazily } from "../lazily";

/** Rows of other nodes for each node, in one array. */
interface Rows {
  readonly starts: Uint32Array;
  readonly rows: ArrayLike<number>;
}

/** The inputs of each node, in order: `rows[starts[node]] … rows[starts[node + 1] - 1]`. */
export const inputsOf = lazily(({ trace }): Rows => {
  const { nodes, edges } = trace.tables;
  return { starts: startsOf(nodes.inputs), rows: edges.input };
});

/** The nodes made of each node; one that takes it twice stands there twice. */
export const usersOf = lazily((traced): Rows => {
  const { starts, rows } = inputsOf(traced);
  const count = starts.length - 1;
  const uses = new Uint32Array(count + 1);
  const grow = (column: Uint32Array, row: number, by: number) => {
    column[row] = at(column, row) + by;
  };
  for (let edge = 0; edge < rows.length; edge++) grow(uses, at(rows, edge) + 1, 1);
  for (let node = 0; node < count; node++) grow(uses, node + 1, at(uses, node));
  const next = uses.slice();
  const users = new Uint32Array(rows.length);
  for (let node = 0; node < count; node++)
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) {
      const input = at(rows, edge);
      users[at(next, input)] = node;
      grow(next, input, 1);
    }
  return { starts: uses, rows: users };
});

/** The rows of one node. */
export function rowsOf({ starts, rows }: Rows, node: number): number[] {
  const found: number[] = [];
  for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) found.push(at(rows, edge));
  return found;
}

/** 1 for each node of which the loss is made, the loss included; all 0 in a run without a loss. Cut gradients do not matter here. */
export const behindLoss = lazily((traced): Uint8Array => {
  const { starts, rows } = inputsOf(traced);
  const found = new Uint8Array(starts.length - 1);
  const loss = traced.loss?.node;
  if (loss === undefined) return found;
  found[loss] = 1;
  // Inputs have smaller ids than what is made of them, so one pass is enough.
  for (let node = loss; node >= 0; node--)
    if (found[node] === 1)
      for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) found[at(rows, edge)] = 1;
  return found;
});

/** 1 for each node through which a gradient of the loss passes: behind the loss, with a gradient of its own. */
export const carriesGradient = lazily((traced): Uint8Array => {
  const found = new Uint8Array(behindLoss(traced).length);
  const { node } = traced.trace.tables.gradients;
  for (let row = 0; row < node.length; row++) found[at(node, row)] = 1;
  const behind = behindLoss(traced);
  return found.map((has, id) => has & (behind[id] ?? 0));
});
