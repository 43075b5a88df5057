/** Notes what an operation made: its node, for the gradient and for the tape. */
import { Node } from "./node";
import type { Op } from "./op";
import { activeTape, isDerivative, isGradEnabled, siteOfNoGrad } from "./recording";
import { currentScope } from "./sites";
import { stampOf } from "./stamps";
import { setCarries, Tensor } from "./tensor";

/** What `noGrad` kept a gradient from, with the site of its call: who cut a gradient can be named. */
export const quietedAt = new WeakMap<Tensor, number>();

/**
 * Notes that `made` was made by `op`, when a gradient or a tape asks for it.
 * @returns the result; a tensor of its own where the operation hands an input back as it came, as a roll all the way round
 */
export function recordOperation(
  op: Op,
  inputs: readonly Tensor[],
  attrs: object,
  made: Tensor,
  differentiable: boolean,
): Tensor {
  const out = inputs.includes(made) ? new Tensor(made.data, made.shape, made.dtype) : made;
  let needsGrad = false;
  if (differentiable && isGradEnabled()) {
    for (let i = 0; i < inputs.length && !needsGrad; i++) needsGrad = (inputs[i] as Tensor).requiresGrad;
  }
  const tape = activeTape();
  if (!needsGrad && tape === null) return out;
  setCarries(out, needsGrad);
  const node = new Node(op, inputs, attrs, out, currentScope());
  if (needsGrad) node.stamp = stampOf(op, inputs);
  else if (!isGradEnabled() && inputs.some((x) => x.requiresGrad)) quietedAt.set(out, siteOfNoGrad());
  node.isDerivative = isDerivative();
  out.node = node;
  tape?.push(node);
  return out;
}
