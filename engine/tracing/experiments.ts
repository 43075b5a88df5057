/** Runs what was recorded again with other values of its leaves: what the diagnosis tries before it speaks. */
import { now } from "../core/clock";
import { newValues } from "../core/dtype";
import { allOps } from "../core/op";
import { Node, quietly } from "../core/tape";
import { detached, Tensor } from "../core/tensor";
import { onesLike } from "../creation/create-like";
import type { Experiments, Repeated } from "../diagnose/experiments";
import { sweep } from "../sweeps/reverse";
import type { Numbered } from "./numbered";

type Leaves = Parameters<Experiments["repeat"]>[0];

/**
 * Null for a run that cannot be repeated: without a loss, or with operations that the model defines.
 * @param budget milliseconds that all experiments of a run may take together
 */
export function experimentsOn(numbered: Numbered, loss: Tensor | null, budget: number): Experiments | null {
  const root = loss === null ? undefined : numbered.ids.get(loss);
  if (root === undefined || loss?.size !== 1) return null;
  // What the model wrote itself may print, count or ask: it runs when the model says so, and at no other time.
  const isWritten = (node: Node | null) => node !== null && allOps().get(node.op.name) !== node.op;
  if (numbered.operations.some(isWritten)) return null;
  let left = budget;
  return {
    repeat(leaves, { gradients = false } = {}) {
      if (left <= 0) return null;
      const begun = now();
      try {
        return quietly(() => repeated(numbered, root, leaves, gradients));
      } catch {
        // An operation that refuses the changed values has nothing to tell: the experiment did not take place.
        return null;
      } finally {
        left -= now() - begun;
      }
    },
  };
}

function repeated(numbered: Numbered, root: number, leaves: Leaves, gradients: boolean): Repeated {
  const made = gradients ? behind(numbered, root) : null;
  const tensors = rerun(numbered, root, leaves, made);
  const loss = tensors.get(root) ?? numbered.tensors[root];
  if (loss === undefined) throw new Error("the loss is no node of the trace");
  const swept = gradients && loss.requiresGrad ? sweep(loss, onesLike(loss)) : null;
  const dataOf = (x: Tensor | undefined) => x?.data ?? null;
  return {
    loss: loss.item(),
    value: (node) => dataOf(tensors.get(node)),
    gradient: (node) => {
      const x = tensors.get(node);
      return x === undefined ? null : dataOf(swept?.get(x));
    },
  };
}

/** Nodes of which the loss is made. */
function behind({ tensors, operations, ids }: Numbered, root: number): Uint8Array {
  const found = new Uint8Array(tensors.length);
  found[root] = 1;
  for (let id = root; id >= 0; id--) {
    if (found[id] === 0) continue;
    for (const input of inputsOf(tensors[id] as Tensor, operations[id] ?? null)) {
      const at = ids.get(input);
      if (at !== undefined) found[at] = 1;
    }
  }
  return found;
}

function inputsOf(x: Tensor, node: Node | null): readonly Tensor[] {
  const origin = detached.get(x);
  return node?.inputs ?? (origin === undefined ? [] : [origin]);
}

/**
 * The tensors that other leaves change, up to the loss; with `all`, every one that it marks, since a backward pass needs them
 * with nodes of their own.
 */
function rerun(
  { tensors, operations, ids }: Numbered,
  root: number,
  leaves: Leaves,
  all: Uint8Array | null,
): Map<number, Tensor> {
  const made = new Map<number, Tensor>();
  const now = (x: Tensor) => made.get(ids.get(x) ?? -1) ?? x;
  for (let id = 0; id <= root; id++) {
    const x = tensors[id] as Tensor;
    const changed = leaves.get(id);
    if (changed !== undefined) {
      const values = newValues(x.dtype, x.size);
      values.set(changed);
      made.set(id, new Tensor(values, x.shape, x.dtype, x.requiresGrad));
      continue;
    }
    const node = operations[id] ?? null;
    const inputs = inputsOf(x, node);
    const isAsked = all?.[id] === 1 || inputs.some((input) => made.has(ids.get(input) ?? -1));
    if (inputs.length > 0 && isAsked) made.set(id, again(x, node, inputs.map(now)));
    else if (all?.[id] === 1) made.set(id, x);
  }
  return made;
}

function again(x: Tensor, node: Node | null, inputs: readonly Tensor[]): Tensor {
  if (node === null) return new Tensor((inputs[0] as Tensor).data, x.shape, x.dtype);
  const out = node.op.forward(inputs, node.attrs);
  // An operation may hand its input back as it is; each node needs a tensor of its own.
  const own = new Tensor(out.data, out.shape, out.dtype, x.requiresGrad);
  if (x.requiresGrad) own.node = new Node(node.op, inputs, node.attrs, own, node.scope);
  return own;
}
