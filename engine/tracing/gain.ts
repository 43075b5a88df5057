/** How much of a gradient an operation hands back: the ratio of norms that shows where gradients shrink or grow. */

import { type Node, quietly } from "../core/tape";
import type { Tensor } from "../core/tensor";
import { normOf } from "../report/stats";
import type { Run } from "./run";

/** The part of the gradient that `node` hands to its input i, or null when none passes. */
export function partOf(node: Node, i: number, g: Tensor): Tensor | null {
  const rule = node.inputs[i]?.requiresGrad ? node.op.vjp(i, node) : null;
  return rule === null ? null : quietly(() => rule(g, node));
}

/**
 * Norm of the gradient that an operation hands back to all its inputs over the norm of the gradient it received.
 * @returns a function that is null for operations which no gradient reached, or only a gradient of zero
 */
export function gainsOf(run: Run): (node: Node) => number | null {
  const { gradients } = run;
  if (gradients === null) return () => null;
  const uses = new Map<Tensor, number>();
  for (const node of run.tape.nodes) {
    if (!gradients.has(node.out)) continue;
    for (const x of node.inputs) uses.set(x, (uses.get(x) ?? 0) + 1);
  }
  return (node) => {
    const g = gradients.get(node.out);
    const received = g === undefined ? 0 : normOf(g.data);
    if (g === undefined || received === 0) return null;
    // With one use, the gradient that was accumulated is what this operation handed back.
    const parts = node.inputs.map((x, i) => (uses.get(x) === 1 ? gradients.get(x) : partOf(node, i, g)));
    return Math.hypot(...parts.map((part) => (part ? normOf(part.data) : 0))) / received;
  };
}
