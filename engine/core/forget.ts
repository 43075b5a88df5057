/** Gives back the memory of what was recorded. */

import { type Block, releaseExcept, releaseValues, without } from "../kernels";
import type { Values } from "./dtype";
import type { Node, Sweep } from "./tape";
import type { Tensor } from "./tensor";

/**
 * Gives back the memory of what `nodes` made and of the gradients of `sweep`; using these tensors becomes an error.
 * The data of leaves, the gradients that they accumulated and the values of `aliases` stay.
 */
export function forgetValues(nodes: readonly Node[], aliases: readonly Tensor[], sweep: Sweep | null): void {
  // Tensors and the arrays behind them: a gradient may be handed on as it is.
  const kept = new Set<Tensor | Values>();
  for (const { inputs } of nodes) for (const x of inputs) if (x.node === null) keepIn(kept, x);
  for (const x of aliases) keepIn(kept, x);
  for (const [x, g] of sweep?.gradients ?? []) if (x.node === null) keepIn(kept, g);
  for (const { out } of nodes) {
    if (out.size > 1 && !out.isForgotten && !kept.has(out.data)) releaseValues(out.data);
    out.forget();
  }
  releaseExcept(sweep?.blocks ?? [], []);
  for (const [x, g] of sweep?.gradients ?? []) if (x.node !== null && !isKept(kept, g)) g.forget();
}

function keepIn(kept: Set<Tensor | Values>, x: Tensor): void {
  for (const each of [x, x.grad]) {
    if (each === null || each.isForgotten) continue;
    kept.add(each);
    if (each.size > 1) kept.add(each.data);
  }
}

function isKept(kept: ReadonlySet<Tensor | Values>, x: Tensor): boolean {
  return kept.has(x) || (x.size > 1 && !x.isForgotten && kept.has(x.data));
}

/**
 * Gives back what a backward pass allocated on the way to `gradients`; returns the blocks of gradients that are no
 * leaf's. Those of leaves are the model's from now on.
 */
export function releaseTemporaries(
  blocks: readonly Block[],
  gradients: ReadonlyMap<Tensor, Tensor>,
): readonly Block[] {
  if (blocks.length === 0) return blocks;
  const kept: Tensor[] = [];
  for (const [x, g] of gradients) if (x.node === null) kept.push(g, x.grad as Tensor);
  return releaseExcept(without(blocks, valuesOf(kept)), valuesOf(gradients.values()));
}

function* valuesOf(tensors: Iterable<Tensor>): Generator<Values> {
  for (const x of tensors) if (x.size > 1) yield x.data;
}
