/** Modules and parameters by name. */
import { show } from "../describe";
import { inFunction, ModelError } from "../error";
import { arrange, takes } from "../signature";
import { requireGrad, Tensor } from "../tensor";
import { Module } from "./module";

/** Modules by name; they are called by these names in the state. */
export class ModuleDict<M extends Module = Module> extends Module {
  private readonly items = new Map<string, M>();

  constructor(...args: [modules?: Readonly<Record<string, M>>]) {
    super();
    const [modules, ...more]: readonly unknown[] = args;
    const surplus = more.findIndex((value) => value !== undefined);
    if (surplus >= 0) {
      throw new ModelError(
        `nn.ModuleDict(): found ${show(more[surplus])} as argument ${surplus + 2}, expected at most 1: modules`,
      );
    }
    for (const [name, module] of Object.entries(modules ?? {})) this.set(name, module as M);
  }

  /** @throws ModelError when there is no module of that name */
  get(name: string): M {
    const item = this.items.get(name);
    if (item !== undefined) return item;
    throw new ModelError(
      `nn.ModuleDict: no module ${JSON.stringify(name)} among ${[...this.items.keys()].join(", ")}`,
    );
  }

  has(name: string): boolean {
    return this.items.has(name);
  }

  set(name: string, module: M): void {
    if (!(module instanceof Module)) {
      throw new ModelError(`nn.ModuleDict: ${name} is ${show(module)}, expected a module such as nn.Linear`);
    }
    this.items.set(name, module);
  }

  keys(): string[] {
    return [...this.items.keys()];
  }

  entries(): [string, M][] {
    return [...this.items];
  }

  override namedChildren(): [string, Module][] {
    return this.entries();
  }

  forward(): never {
    throw new ModelError("nn.ModuleDict has no forward(): call its modules one by one");
  }
}

/** Parameters in a list; their names are "0", "1", … */
export class ParameterList extends Module {
  constructor(...args: [tensors?: Iterable<Tensor>]) {
    super();
    const read = inFunction("nn.ParameterList", () => arrange(takes(["tensors"]), args));
    const [tensors = []] = read as typeof args;
    if (tensors === null || typeof tensors !== "object" || !(Symbol.iterator in tensors)) {
      throw new ModelError(`nn.ParameterList(): found ${show(tensors)}, expected an array of tensors`);
    }
    for (const x of tensors) this.push(x);
  }

  get length(): number {
    return Object.values(this).filter((value) => value instanceof Tensor).length;
  }

  at(index: number): Tensor {
    const x = [...this].at(index);
    if (x !== undefined) return x;
    throw new ModelError(`nn.ParameterList: no parameter ${index} in a list of ${this.length}`);
  }

  push(x: Tensor): void {
    if (!(x instanceof Tensor && x.isLeaf)) {
      throw new ModelError(`nn.ParameterList: found ${show(x)}, expected a tensor that was not computed`);
    }
    Object.assign(this, { [String(this.length)]: requireGrad(x) });
  }

  forward(): never {
    throw new ModelError("nn.ParameterList has no forward(): use its parameters one by one");
  }

  [Symbol.iterator](): Iterator<Tensor> {
    return Object.values(this)
      .filter((value): value is Tensor => value instanceof Tensor)
      [Symbol.iterator]();
  }
}
