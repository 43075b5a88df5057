/** The reverse sweep: from the cotangent of an output to the gradient of everything it was made of. */

import { ModelError } from "../core/error";
import { releaseTemporaries } from "../core/forget";
import { callHooks, gradientHookCalls } from "../core/gradient-hooks";
import { HandedNorms } from "../core/handed-norms";
import { checkUnchanged } from "../core/stamps";
import { activeTape, asDerivative, type Node, quietly } from "../core/tape";
import type { Tensor } from "../core/tensor";
import { logAllocations } from "../kernels";
import { add } from "../ops/arithmetic";
import { cast } from "../ops/cast";
import { forgetShared } from "../ops/once";
import { type BackwardCall, type BackwardOptions, readBackward } from "./backward-call";
import { checkCotangent } from "./cotangent";

export type { BackwardOptions } from "./backward-call";
export { checkCotangent } from "./cotangent";

let visits = 0;

/** The operations between `output` and its leaves that take a gradient, latest first. Iterative: depth costs no stack. */
function nodesBehind(output: Tensor): Node[] {
  const found: Node[] = [];
  const visit = ++visits;
  let sorted = true;
  const stack = [output];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    const { node } = x;
    if (!x.requiresGrad || node === null || node.visit === visit) continue;
    node.visit = visit;
    sorted &&= found.length === 0 || (found[found.length - 1] as Node).id > node.id;
    found.push(node);
    for (const input of node.inputs) stack.push(input);
  }
  return sorted ? found : found.sort((a, b) => b.id - a.id);
}

interface SweepOptions extends BackwardOptions {
  /** Forgets the gradients of what operations made as soon as they were passed on. */
  leavesOnly?: boolean;
  /** Marks the operations as used up. */
  consume?: boolean;
  /** Notes what is handed to tensors with several uses. */
  handed?: HandedNorms | null;
}

/**
 * Gradients of `output`, weighted with `cotangent`, for every tensor on the way to its leaves.
 * Linear in `cotangent`; the gradient of a tensor has that tensor's shape and element type.
 */
export function sweep(output: Tensor, cotangent: Tensor, options: SweepOptions = {}): Map<Tensor, Tensor> {
  const run = () => {
    const gradients = new Map<Tensor, Tensor>([[output, cotangent]]);
    const { createGraph = false } = options;
    for (const node of nodesBehind(output)) {
      callHooks(node.out, gradients, createGraph);
      const g = gradients.get(node.out);
      if (g !== undefined) pass(node, g, gradients, options.handed);
      if (options.leavesOnly) gradients.delete(node.out);
      if (options.consume) node.consumed = true;
    }
    for (const x of gradients.keys()) if (x.node === null) callHooks(x, gradients, createGraph);
    return gradients;
  };
  try {
    return options.createGraph ? asDerivative(run) : quietly(run);
  } finally {
    forgetShared();
  }
}

function pass(node: Node, g: Tensor, gradients: Map<Tensor, Tensor>, handed?: HandedNorms | null): void {
  checkUnchanged(node);
  for (let i = 0; i < node.inputs.length; i++) {
    const input = node.inputs[i] as Tensor;
    if (!input.requiresGrad) continue;
    const rule = node.op.vjp(i, node);
    if (rule === null) continue;
    const own = rule(g, node);
    const part = own.dtype === input.dtype ? own : cast(own, input.dtype);
    const sum = gradients.get(input);
    handed?.note(node, i, input, part);
    gradients.set(input, sum === undefined ? part : add(sum, part));
  }
}

/**
 * Accumulates into `grad` of every leaf the gradient of `output`, as PyTorch's `Tensor.backward`.
 * @param gradient cotangent of `output`; may be left out when `output` has one element
 * @throws ModelError when there is nothing to differentiate, the gradient is missing or of the wrong shape, or the graph was used up
 */
export function backward(...args: BackwardCall): void {
  const [output, gradient, options = {}] = readBackward(args);
  const cotangent = checkCotangent("backward", output, gradient ?? undefined);
  const retain = options.retainGraph ?? options.createGraph ?? false;
  if (output.node?.consumed) {
    throw new ModelError("backward() ran a second time through the same operations", {
      hint: "pass { retainGraph: true } to the first backward(), or compute the loss again",
    });
  }
  const tape = activeTape();
  const handed = HandedNorms.for(tape);
  const plan = { ...options, consume: !retain, leavesOnly: tape === null, handed };
  const calls = gradientHookCalls();
  const [gradients, blocks] = logAllocations(() => {
    const found = sweep(output, cotangent, plan);
    for (const [x, g] of found) if (x.node === null) accumulate(x, g, options);
    return found;
  });
  // What a recorded sweep allocated belongs to the graph that it made; what hooks computed, to the model.
  const rest =
    options.createGraph || calls !== gradientHookCalls() ? [] : releaseTemporaries(blocks, gradients);
  tape?.closeStep({ output, gradients, blocks: rest, handed });
}

function accumulate(x: Tensor, g: Tensor, options: BackwardOptions): void {
  const sum = x.grad;
  x.grad = sum === null ? g : options.createGraph ? add(sum, g) : quietly(() => add(sum, g));
}
