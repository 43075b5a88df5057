/** What the operations between two points of the backward pass do to its size, in factors. */
import type { Traced } from "./traced";

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
  let at = from;
  while (at > to) {
    const node = traced.nodes[at];
    if (node === undefined || node.kind !== "operation") break;
    const before = node.grad?.norm ?? 0;
    const next = node.inputs
      .filter((input) => input >= to && leadsTo(traced, input, to))
      .map((input) => ({ input, norm: traced.nodes[input]?.grad?.norm ?? 0 }))
      .sort((a, b) => b.norm - a.norm)[0];
    if (next === undefined || before === 0) break;
    found.push({ node: at, op: node.op, scope: node.scope, factor: next.norm / before });
    at = next.input;
  }
  return found;
}

const reachable = new WeakMap<Traced, Map<number, Uint8Array>>();

/** True when node `to` lies behind node `id`. */
function leadsTo(traced: Traced, id: number, to: number): boolean {
  const byTarget = reachable.get(traced) ?? new Map<number, Uint8Array>();
  reachable.set(traced, byTarget);
  let reach = byTarget.get(to);
  if (reach === undefined) {
    reach = new Uint8Array(traced.nodes.length);
    reach[to] = 1;
    // Inputs have smaller ids than what is made of them, so one pass is enough.
    for (let i = to + 1; i < reach.length; i++) {
      if (traced.nodes[i]?.inputs.some((input) => reach?.[input] === 1)) reach[i] = 1;
    }
    byTarget.set(to, reach);
  }
  return reach[id] === 1;
}
