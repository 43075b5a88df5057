/** The forward sweep: tangents carried along what was recorded. */

import { asDerivative, type Node, quietly } from "../core/tape";
import type { Tensor } from "../core/tensor";
import { zeroFilled } from "../core/tensor";
import { add } from "../ops/arithmetic";
import { cast } from "../ops/cast";

/**
 * Tangents of `outputs` when the leaves move along `tangents`, through the recorded operations between them.
 * Linear in the tangents; null for an output that does not depend on any of them.
 * @param createGraph records the sweep itself, so that it can be differentiated
 */
export function forwardSweep(
  outputs: readonly Tensor[],
  tangents: ReadonlyMap<Tensor, Tensor>,
  createGraph = false,
): (Tensor | null)[] {
  const run = () => {
    const moved = new Map(tangents);
    for (const node of nodesBetween(outputs, tangents)) {
      const t = tangentOf(node, moved);
      if (t !== null && !tangents.has(node.out)) moved.set(node.out, t);
    }
    return outputs.map((out) => moved.get(out) ?? null);
  };
  return createGraph ? asDerivative(run) : quietly(run);
}

/** Operations behind the outputs, earliest first, not looking behind tensors whose tangent is given. */
function nodesBetween(outputs: readonly Tensor[], tangents: ReadonlyMap<Tensor, Tensor>): Node[] {
  const found: Node[] = [];
  const seen = new Set<Node>();
  const stack = [...outputs];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    if (x.node === null || seen.has(x.node) || tangents.has(x)) continue;
    seen.add(x.node);
    found.push(x.node);
    for (const input of x.node.inputs) stack.push(input);
  }
  return found.sort((a, b) => a.id - b.id);
}

function tangentOf(node: Node, moved: ReadonlyMap<Tensor, Tensor>): Tensor | null {
  let sum: Tensor | null = null;
  for (let i = 0; i < node.inputs.length; i++) {
    const t = moved.get(node.inputs[i] as Tensor);
    const rule = t === undefined ? null : node.op.jvp(i, node);
    if (t === undefined || rule === null) continue;
    const own = rule(t, node);
    const part = own.dtype === node.out.dtype ? own : cast(own, node.out.dtype);
    sum = sum === null ? part : add(sum, part);
  }
  return sum;
}

/** The tangent, or zeros of the output's shape where there is none. */
export function orZeros(t: Tensor | null, like: Tensor): Tensor {
  return t ?? zeroFilled(like.shape, like.dtype);
}
