/** The base of layers: parameters and child modules are found in its fields. */
import { addTo, type RemovableHandle } from "../core/gradient-hooks";
import { instancesOf } from "../core/instance";
import { activeTape } from "../core/tape";
import type { Tensor } from "../core/tensor";
import { copyModule } from "./copy";
import { fieldsOf } from "./fields";
import { hooksOf } from "./forward-calls";
import type { BackwardHook, ForwardHook, ForwardPreHook } from "./hooks";
import { buffers, buffersOf, note } from "./module-facts";
import { applyState, ownBuffers, ownParameters, stateOf } from "./state";

/**
 * A layer or a model. Fields that hold tensors which require a gradient, or `nn.Parameter`, are parameters, also when they
 * are frozen later; fields that hold modules are children. Arrays, plain objects and maps in fields count, too. Names are
 * the paths that PyTorch's `state_dict` gives ("layers.0.weight").
 */
export abstract class Module {
  /** False in evaluation: dropout passes everything, batch norm uses its running statistics. */
  training = true;
  constructor() {
    note(this);
  }

  /** What the module computes; layers say which shapes they take. */
  abstract forward(...inputs: never[]): unknown;

  /** Child modules by the name of their field. */
  namedChildren(): [string, Module][] {
    return [...this.namedFields()].filter((entry): entry is [string, Module] => isModule(entry[1]));
  }

  /** What its fields hold, by path. */
  namedFields(): Iterable<[string, unknown]> {
    return fieldsOf(this);
  }

  /** Child modules, in the order of their fields. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module and all below it. */
  modules(): Module[] {
    return [...new Set(this.namedModules().map(([, module]) => module))];
  }

  /** Calls `fn` with every module below this one, then with this one: to initialise weights, for example. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** A copy with parameters and buffers of its own, as Python's `copy.deepcopy`; hooks are not copied. */
  deepCopy(): this {
    const renew = (of: Module): Module => {
      const made = Object.create(Object.getPrototypeOf(of)) as Module;
      note(made);
      buffers.set(made, buffersOf(of));
      return made;
    };
    return copyModule(this, renew, isModule) as this;
  }

  /** This module and all below it, by path; its own path is "". */
  namedModules(prefix = ""): [string, Module][] {
    return modulesBelow(this, prefix, []);
  }

  /** Parameters of this module and all below it, by path. */
  namedParameters(prefix = ""): [string, Tensor][] {
    return this.namedModules(prefix).flatMap(([path, module]) =>
      ownParameters(module).map(([name, x]): [string, Tensor] => [join(path, name), x]),
    );
  }

  /** Tensors that are kept but not trained, such as running statistics, of this module and all below it, by path. */
  namedBuffers(prefix = ""): [string, Tensor][] {
    return this.namedModules(prefix).flatMap(([path, module]) =>
      ownBuffers(module).map(([name, x]): [string, Tensor] => [join(path, name), x]),
    );
  }

  /** Tensors that are kept but not trained, of this module and all below it. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, tensor]) => tensor);
  }

  /** Makes the tensor in the field `name` part of `stateDict`, though it takes no gradient. */
  registerBuffer(name: string, tensor: Tensor): void {
    buffers.set(this, [...buffersOf(this), name]);
    Object.assign(this, { [name]: tensor });
  }

  /** Parameters and buffers by path, without history; they share memory with the module. */
  stateDict(): Record<string, Tensor> {
    return stateOf(this);
  }

  /**
   * Copies values into parameters and buffers of the same path.
   * @param options strict (default): every path must be there, and no other
   * @throws ModelError naming what is missing, unexpected, or of another shape; nothing is copied then
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>, options: { strict?: boolean } = {}): void {
    applyState(this, state, options.strict ?? true);
  }

  /** Parameters of this module and all below it, each once. */
  parameters(): Tensor[] {
    return [...new Set(this.namedParameters().map(([, tensor]) => tensor))];
  }

  /** Freezes all parameters (false), or has them take gradients again. They stay part of `parameters` and `stateDict`. */
  requiresGrad_(requiresGrad = true): this {
    for (const p of this.parameters()) {
      p.requiresGrad = requiresGrad;
      if (!requiresGrad) activeTape()?.notes.writes.note(p, "requiresGrad");
    }
    return this;
  }

  /** Runs `hook` before each `forward`; what it returns, if anything, are the inputs instead. */
  registerForwardPreHook(hook: ForwardPreHook): RemovableHandle {
    return addTo(hooksOf(this).before, hook);
  }

  /** Runs `hook` after each `forward`; what it returns, if anything, is the output instead. */
  registerForwardHook(hook: ForwardHook): RemovableHandle {
    return addTo(hooksOf(this).after, hook);
  }

  /**
   * Runs `hook` in each backward pass that has the gradients of all inputs that take one; null for the others. What it
   * returns, if anything, are the gradients of the inputs instead.
   */
  registerFullBackwardHook(hook: BackwardHook): RemovableHandle {
    return addTo(hooksOf(this).backward, hook);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    const parameters = this.parameters();
    activeTape()?.notes.diary.clearAll(parameters);
    for (const p of parameters) p.grad = null;
  }

  /** Sets `training` here and below: true when left out. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  /** Sets `training` to false here and below. */
  eval(): this {
    return this.train(false);
  }
}

/** Whether a value is a layer or a model. */
export const isModule: (value: unknown) => value is Module = instancesOf(Module);

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** A module and all below it; one that holds a module above it does not begin anew there. */
function modulesBelow(module: Module, path: string, above: readonly Module[]): [string, Module][] {
  const on = [...above, module];
  const children = module.namedChildren().filter(([, child]) => !on.includes(child));
  return [[path, module], ...children.flatMap(([name, child]) => modulesBelow(child, join(path, name), on))];
}
