/** Functions of people's own that see the gradient of a tensor on its way, and may change it. */
import { ModelError } from "./error";
import { sameShape, showShape } from "./shape";
import { isTensor, Tensor } from "./tensor";

/** Gets the gradient of a tensor; what it returns, if anything, takes its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is one, too
export type GradientHook = (gradient: Tensor) => Tensor | void;

/** Takes back what was registered. */
export interface RemovableHandle {
  remove(): void;
}

/** An entry of `list` that its handle removes. */
export function addTo<T>(list: Set<T>, entry: T): RemovableHandle {
  list.add(entry);
  return { remove: () => void list.delete(entry) };
}

const hooksOf = new WeakMap<Tensor, Set<{ readonly call: GradientHook }>>();
let registered = 0;
let calls = 0;

/** Has `call` run whenever a backward pass has the whole gradient of `x`. */
export function addGradientHook(x: Tensor, call: GradientHook): RemovableHandle {
  const hooks = hooksOf.get(x) ?? new Set();
  hooksOf.set(x, hooks);
  registered++;
  return addTo(hooks, { call });
}

/** How many hooks ran so far: what they computed may be held by the model. */
export function gradientHookCalls(): number {
  return calls;
}

/**
 * Puts what the hooks of `x` make of its gradient in its place.
 * @param keepsHistory whether the gradient itself will be differentiated
 */
export function callHooks(x: Tensor, gradients: Map<Tensor, Tensor>, keepsHistory: boolean): void {
  if (registered === 0) return;
  const hooks = hooksOf.get(x);
  let g = gradients.get(x);
  if (hooks === undefined || g === undefined) return;
  for (const { call } of hooks) {
    calls++;
    // The sweep's own memory is used again after it: a hook may keep what it gets.
    const seen = keepsHistory ? g : new Tensor(g.data.slice(), g.shape, g.dtype);
    const changed = call(seen);
    if (changed !== undefined) g = checkChanged(changed, x);
  }
  gradients.set(x, g);
}

function checkChanged(changed: unknown, x: Tensor): Tensor {
  if (isTensor(changed) && sameShape(changed.shape, x.shape) && changed.dtype === x.dtype) {
    return changed;
  }
  const found = isTensor(changed)
    ? `${changed.dtype} of shape ${showShape(changed.shape)}`
    : `a ${typeof changed}`;
  throw new ModelError(
    `a gradient hook returned ${found}, expected ${x.dtype} of shape ${showShape(x.shape)}, or nothing`,
  );
}
