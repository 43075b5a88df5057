/** Modules that hold other modules in an order. */

import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { readCall, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { fieldsOf } from "./fields";
import { isModule, Module } from "./module";

/** What can stand in a Sequential: one tensor in, one out. */
type Step = Module & { forward(x: Tensor): Tensor };

function checkModules(layer: string, modules: readonly unknown[]): void {
  if (!Array.isArray(modules)) {
    throw new ModelError(`${layer}(): found ${describeValue(modules)}, expected an array of modules`);
  }
  modules.forEach((each, i) => {
    if (isModule(each)) return;
    throw new ModelError(
      `${layer}(): item ${i} is ${describeValue(each)}, expected a module such as nn.Linear`,
    );
  });
}

/** Modules one after another; their names are "0", "1", … */
export class Sequential extends Module {
  /** The modules in their order. */
  readonly layers: readonly Step[];

  constructor(...layers: Step[]) {
    super();
    checkModules("nn.Sequential", layers);
    this.layers = layers;
  }

  /** The modules by their place, then the other fields. */
  override *namedFields(): Generator<[string, unknown]> {
    for (const [i, layer] of this.layers.entries()) yield [String(i), layer];
    for (const [path, value] of fieldsOf(this)) if (!path.startsWith("layers.")) yield [path, value];
  }

  /** How many modules there are. */
  get length(): number {
    return this.layers.length;
  }

  /** The module at a place, counted from either end. @throws ModelError when there is none */
  at(index: number): Step {
    const layer = this.layers.at(index);
    if (layer !== undefined) return layer;
    throw new ModelError(`nn.Sequential: no module ${index} among ${this.layers.length}`);
  }

  /** x through all modules in turn. */
  forward(x: Tensor): Tensor {
    return this.layers.reduce((h, layer) => layer.forward(h), x);
  }

  [Symbol.iterator](): Iterator<Step> {
    return this.layers[Symbol.iterator]();
  }
}

/** A list of modules whose parameters count; their names are "0", "1", … */
export class ModuleList<M extends Module = Module> extends Module {
  /** The modules in their order. */
  readonly items: M[];

  constructor(...args: [modules?: readonly M[]]) {
    super();
    const [modules = []] = readCall<[(readonly M[])?]>("nn.ModuleList", takes(["modules"]), args);
    checkModules("nn.ModuleList", modules);
    this.items = [...modules];
  }

  /** How many modules there are. */
  get length(): number {
    return this.items.length;
  }

  /**
   * The module at a place, counted from either end.
   * @throws ModelError when there is none
   */
  at(index: number): M {
    const item = this.items.at(index);
    if (item !== undefined) return item;
    throw new ModelError(`nn.ModuleList: no module ${index} in a list of ${this.items.length}`);
  }

  /** Adds a module at the end. */
  push(module: M): void {
    checkModules("nn.ModuleList", [module]);
    this.items.push(module);
  }

  /** As `push`, PyTorch's name. */
  append(module: M): this {
    this.push(module);
    return this;
  }

  /** Appends several modules. */
  extend(modules: readonly M[]): this {
    checkModules("nn.ModuleList", modules);
    this.items.push(...modules);
    return this;
  }

  /** The modules by their place, then the other fields. */
  override *namedFields(): Generator<[string, unknown]> {
    for (const [i, item] of this.items.entries()) yield [String(i), item];
    for (const [path, value] of fieldsOf(this)) if (!path.startsWith("items.")) yield [path, value];
  }

  /** @throws ModelError always: the modules are called one by one */
  forward(): never {
    throw new ModelError("nn.ModuleList has no forward(): call its modules one by one");
  }

  [Symbol.iterator](): Iterator<M> {
    return this.items[Symbol.iterator]();
  }
}
