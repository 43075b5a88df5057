/** The reverse sweep: from the cotangent of an output to the gradient of everything it was made of. */
import { ModelError } from "./error";
import { add } from "./ops/arithmetic";
import { cast } from "./ops/cast";
import { sameShape, showShape } from "./shape";
import { checkUnchanged } from "./stamps";
import { activeTape, type Node, quietly } from "./tape";
import { Tensor } from "./tensor";

export interface BackwardOptions {
  /** Records the backward pass itself, so that it can be differentiated. */
  createGraph?: boolean;
  /** Allows a second backward pass through the same operations. Default: the value of createGraph. */
  retainGraph?: boolean;
}

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

/**
 * Gradients of `output`, weighted with `cotangent`, for every tensor on the way to its leaves.
 * Linear in `cotangent`; the gradient of a tensor has that tensor's shape and element type.
 * @param leavesOnly forgets the gradients of what operations made as soon as they were passed on
 */
export function sweep(
  output: Tensor,
  cotangent: Tensor,
  options: BackwardOptions = {},
  leavesOnly = false,
): Map<Tensor, Tensor> {
  const run = () => {
    const gradients = new Map<Tensor, Tensor>([[output, cotangent]]);
    for (const node of nodesBehind(output)) {
      const g = gradients.get(node.out);
      if (g !== undefined) pass(node, g, gradients);
      if (leavesOnly) gradients.delete(node.out);
    }
    return gradients;
  };
  return options.createGraph ? run() : quietly(run);
}

function pass(node: Node, g: Tensor, gradients: Map<Tensor, Tensor>): void {
  checkUnchanged(node);
  for (let i = 0; i < node.inputs.length; i++) {
    const input = node.inputs[i] as Tensor;
    if (!input.requiresGrad) continue;
    const rule = node.op.vjp(i, node);
    if (rule === null) continue;
    const own = rule(g, node);
    const part = own.dtype === input.dtype ? own : cast(own, input.dtype);
    const sum = gradients.get(input);
    gradients.set(input, sum === undefined ? part : add(sum, part));
  }
}

/**
 * Accumulates into `grad` of every leaf the gradient of `output`, as PyTorch's `Tensor.backward`.
 * @param gradient cotangent of `output`; may be left out when `output` has one element
 * @throws ModelError when there is nothing to differentiate, the gradient is missing or of the wrong shape, or the graph was used up
 */
export function backward(output: Tensor, gradient?: Tensor, options: BackwardOptions = {}): void {
  const cotangent = checkCotangent("backward", output, gradient);
  const retain = options.retainGraph ?? options.createGraph ?? false;
  if (output.node?.consumed) {
    throw new ModelError("backward() ran a second time through the same operations", {
      hint: "pass { retainGraph: true } to the first backward(), or compute the loss again",
    });
  }
  const tape = activeTape();
  const gradients = sweep(output, cotangent, options, tape === null && retain);
  for (const [x, g] of gradients) {
    if (x.node === null) x.grad = x.grad === null ? g : accumulate(x.grad, g, options);
    else if (!retain) x.node.consumed = true;
  }
  tape?.closeStep({ output, gradients });
}

function accumulate(sum: Tensor, g: Tensor, options: BackwardOptions): Tensor {
  return options.createGraph ? add(sum, g) : quietly(() => add(sum, g));
}

/** The cotangent to start from: the one given, or 1 for an output of one element. */
export function checkCotangent(caller: string, output: Tensor, gradient: Tensor | undefined): Tensor {
  if (!(output instanceof Tensor)) {
    throw new ModelError(`${caller}(): expected a tensor to differentiate, found ${typeof output}`);
  }
  if (!output.requiresGrad) {
    throw new ModelError(
      `${caller}(): nothing to differentiate: no tensor that this one was computed from requires a gradient`,
      {
        hint: "make a parameter with parameter(…) or tensor(…, { requiresGrad: true })",
      },
    );
  }
  if (gradient === undefined) {
    if (output.size === 1) return new Tensor(output.data.slice().fill(1), output.shape, output.dtype);
    throw new ModelError(
      `${caller}() needs a scalar, or a gradient of the output's shape: found a tensor of shape ${showShape(output.shape)} and no gradient`,
      { hint: "reduce it first, for example with mean() or sum()" },
    );
  }
  if (!sameShape(gradient.shape, output.shape)) {
    throw new ModelError(
      `${caller}(): the gradient has shape ${showShape(gradient.shape)}, expected the output's shape ${showShape(output.shape)}`,
    );
  }
  return gradient;
}
