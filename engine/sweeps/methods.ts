/** What differentiates, as methods of tensors: `loss.backward()`. */
import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { addGradientHook, type GradientHook, type RemovableHandle } from "../core/gradient-hooks";
import { activeTape } from "../core/tape";
import { requireGrad, type Tensor } from "../core/tensor";
import { add } from "../ops/arithmetic";
import { defineMethod } from "../ops/define-method";
import { type BackwardOptions, backward } from "./reverse";

declare module "../core/tensor" {
  interface Tensor {
    /**
     * Accumulates the gradient of this tensor into `grad` of every leaf that takes one.
     * @param gradient of this tensor's shape; may be left out for a tensor of one element
     */
    backward(gradient?: Tensor | null, options?: BackwardOptions): void;
    backward(options: BackwardOptions): void;
    backward(gradient: Tensor | null | undefined, retainGraph: boolean, createGraph?: boolean): void;
    /**
     * Has `hook` run whenever a backward pass has the whole gradient of this tensor; what it returns takes the gradient's
     * place.
     * @throws ModelError for a tensor that takes no gradient
     */
    registerHook(hook: GradientHook): RemovableHandle;
    /** Keeps the gradient of this tensor in `grad`, as for leaves. */
    retainGrad(): void;
    /** Says whether this leaf takes a gradient. @throws ModelError for a tensor that has a history of gradients */
    requiresGrad_(requiresGrad?: boolean): this;
  }
}

function registerHook(x: Tensor, hook: GradientHook): RemovableHandle {
  if (!x.requiresGrad) throw new ModelError("registerHook() found a tensor that takes no gradient");
  if (typeof hook === "function") return addGradientHook(x, hook);
  throw new ModelError(`registerHook() found ${describeValue(hook)}, expected a function of the gradient`);
}

function retainGrad(x: Tensor): void {
  if (x.isLeaf) return;
  registerHook(x, (g) => {
    x.grad = x.grad === null ? g : add(x.grad, g);
  });
}

function setRequiresGrad(x: Tensor, requiresGrad = true): Tensor {
  if (x.isLeaf) {
    if (!requiresGrad) activeTape()?.notes.writes.note(x, "requiresGrad");
    return requireGrad(x, requiresGrad);
  }
  throw new ModelError("requiresGrad_() found a tensor that was computed from others, expected a leaf", {
    hint: "detach() gives one without history",
  });
}

// It checks the number of its arguments by itself.
defineMethod("backward", backward);
defineMethod("registerHook", registerHook, 1);
defineMethod("retainGrad", retainGrad, 0);
defineMethod("requiresGrad_", setRequiresGrad, 1);
