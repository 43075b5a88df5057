/** What the operations between two points of the backward pass do to its size, in factors. */
import { startsOf } from "../../report/steps";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import type { Traced } from "../traced";

/** One operation on the way back, with the factor by which it changed the size of the gradient. */
export interface Factor {
  readonly node: number;
  readonly op: string;
  readonly scope: number;
  readonly factor: number;
}

/**
 * The operations that the gradient passes from node `from` down to node `to`, along the inputs that carry most of it;
 * the factor is the norm of the gradient at that input over the norm at the output.
 */
export function factorsBetween(traced: Traced, from: number, to: number): Factor[] {
  const found: Factor[] = [];
  if (from <= to) return found;
  const reach = reachOf(traced, from, to);
  let id = from;
  while (id > to) {
    const node = traced.nodes[id];
    if (node === undefined || node.kind !== "operation") break;
    const before = node.grad?.norm ?? 0;
    const next = node.inputs
      .filter((input) => input >= to && reach[input - to] === 1)
      .map((input) => ({ input, norm: traced.nodes[input]?.grad?.norm ?? 0 }))
      .sort((a, b) => b.norm - a.norm)[0];
    if (next === undefined || before === 0) break;
    found.push({ node: id, op: node.op, scope: node.scope, factor: next.norm / before });
    id = next.input;
  }
  return found;
}

/** Where the edges of each node of a trace begin. */
const edgesFrom = lazily(({ trace }) => startsOf(trace.tables.nodes.inputs));

/** For the nodes from `to` up to `from`: 1 where `to` lies behind them. */
function reachOf(traced: Traced, from: number, to: number): Uint8Array {
  const { edges } = traced.trace.tables;
  const starts = edgesFrom(traced);
  const reach = new Uint8Array(from - to + 1);
  reach[0] = 1;
  // Inputs have smaller ids than what is made of them, so one pass is enough.
  for (let node = to + 1; node <= from; node++)
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) {
      const input = at(edges.input, edge);
      if (input >= to && reach[input - to] === 1) reach[node - to] = 1;
    }
  return reach;
}
