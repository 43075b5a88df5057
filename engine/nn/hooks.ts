/** What runs beside a module's forward and backward pass because somebody registered it. */
import { ModelError } from "../core/error";
import { addGradientHook } from "../core/gradient-hooks";
import { isTensor, type Tensor } from "../core/tensor";
import { alias } from "../ops/alias";
import type { Module } from "./module";

/** Gets the inputs of `forward`; what it returns, an array or a single input, takes their place. */
export type ForwardPreHook = (module: Module, inputs: readonly unknown[]) => unknown;

/** Gets the inputs and the output of `forward`; what it returns takes the output's place. */
export type ForwardHook = (module: Module, inputs: readonly unknown[], output: unknown) => unknown;

/** Gets the gradients of the inputs and of the outputs; may return other gradients of the inputs. */
export type BackwardHook = (
  module: Module,
  gradInput: readonly (Tensor | null)[],
  gradOutput: readonly (Tensor | null)[],
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is one, too
) => readonly (Tensor | null)[] | Tensor | void;

/** The hooks of one module, in the order in which they were registered. */
export class Hooks {
  readonly before = new Set<ForwardPreHook>();
  readonly after = new Set<ForwardHook>();
  readonly backward = new Set<BackwardHook>();
}

/** Runs `forward` with the hooks around it. */
export function callHooked(
  module: Module,
  hooks: Hooks,
  given: readonly unknown[],
  forward: (...inputs: readonly unknown[]) => unknown,
): unknown {
  let inputs = given;
  for (const hook of hooks.before) {
    const changed = hook(module, inputs);
    if (changed !== undefined) inputs = Array.isArray(changed) ? changed : [changed];
  }
  const watch = hooks.backward.size === 0 ? null : new BackwardWatch(module, [...hooks.backward]);
  if (watch !== null) inputs = watch.inputs(inputs);
  let output = forward(...inputs);
  if (watch !== null) output = watch.outputs(output);
  for (const hook of hooks.after) {
    const changed = hook(module, inputs, output);
    if (changed !== undefined) output = changed;
  }
  return output;
}

/** Collects the gradients at the borders of one call of a module. */
class BackwardWatch {
  private readonly gradInput: (Tensor | null)[] = [];
  private readonly gradOutput: (Tensor | null)[] = [];
  /** Inputs that take a gradient, and how many of them have theirs in this backward pass. */
  private wanted = 0;
  private arrivedSoFar = 0;

  constructor(
    private readonly module: Module,
    private readonly hooks: readonly BackwardHook[],
  ) {}

  /** The inputs under another identity, so that only what flows back through this call is seen. */
  inputs(given: readonly unknown[]): unknown[] {
    return given.map((x, i) => {
      this.gradInput[i] = null;
      if (!(isTensor(x) && x.requiresGrad)) return x;
      this.wanted++;
      const own = alias(x);
      addGradientHook(own, (g) => this.arrived(i, g));
      return own;
    });
  }

  outputs(output: unknown): unknown {
    if (Array.isArray(output)) return output.map((each) => this.outputs(each));
    if (!(isTensor(output) && output.requiresGrad)) return output;
    const place = this.gradOutput.push(null) - 1;
    const own = alias(output);
    addGradientHook(own, (g) => {
      this.gradOutput[place] = g;
      if (this.gradOutput.every((each) => each !== null) && this.wanted === 0) this.call();
    });
    return own;
  }

  private arrived(place: number, g: Tensor): Tensor | undefined {
    this.gradInput[place] = g;
    if (++this.arrivedSoFar < this.wanted) return undefined;
    this.arrivedSoFar = 0;
    const changed = this.call();
    if (changed === null) return undefined;
    if (this.wanted > 1) {
      throw new ModelError(
        `a backward hook of ${this.module.constructor.name} returned gradients, expected nothing: they can be changed where one input takes a gradient`,
      );
    }
    return changed[place] ?? undefined;
  }

  /** Calls the hooks; gives the gradients that they returned, null when they returned none. */
  private call(): readonly (Tensor | null)[] | null {
    let changed: readonly (Tensor | null)[] | null = null;
    for (const hook of this.hooks) {
      const returned = hook(this.module, changed ?? [...this.gradInput], [...this.gradOutput]);
      if (returned !== undefined) changed = isTensor(returned) ? [returned] : returned;
    }
    return changed;
  }
}
