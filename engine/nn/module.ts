/** The base of layers: parameters and child modules are found in its fields. */
import { currentSite } from "../sites";
import { inScope } from "../tape";
import { Tensor } from "../tensor";

/**
 * A layer or a model. Fields that hold tensors which require a gradient are parameters; fields that hold modules,
 * or arrays of them, are children. Names are the paths that PyTorch's `state_dict` gives ("layers.0.weight").
 */
export abstract class Module {
  /** False in evaluation: dropout passes everything, batch norm uses its running statistics. */
  training = true;
  /** Id of the call site that constructed this module; 0 when unknown. */
  declare readonly constructedAt: number;

  constructor() {
    define(this, "constructedAt", currentSite());
    const { forward } = this;
    if (typeof forward === "function") {
      define(this, "forward", (...inputs: never[]) => inScope(this, () => forward.apply(this, inputs)));
    }
  }

  abstract forward(...inputs: never[]): unknown;

  /** Child modules by the name of their field. */
  namedChildren(): [string, Module][] {
    return Object.entries(this).flatMap(([name, value]) => modulesIn(name, value));
  }

  /** This module and all below it, by path; its own path is "". */
  namedModules(prefix = ""): [string, Module][] {
    const below = this.namedChildren().flatMap(([name, child]) => child.namedModules(join(prefix, name)));
    return [[prefix, this], ...below];
  }

  /** Parameters of this module and all below it, by path. */
  namedParameters(prefix = ""): [string, Tensor][] {
    return this.namedModules(prefix).flatMap(([path, module]) =>
      Object.entries(module).flatMap(([name, value]): [string, Tensor][] =>
        value instanceof Tensor && value.requiresGrad && value.isLeaf ? [[join(path, name), value]] : [],
      ),
    );
  }

  parameters(): Tensor[] {
    return [...new Set(this.namedParameters().map(([, tensor]) => tensor))];
  }

  zeroGrad(): void {
    for (const p of this.parameters()) p.grad = null;
  }

  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }
}

/** Hidden from Object.entries, so that a module's fields are what its author wrote. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: false, configurable: true, writable: true });
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

function modulesIn(name: string, value: unknown): [string, Module][] {
  if (value instanceof Module) return [[name, value]];
  if (Array.isArray(value)) return value.flatMap((item, i) => modulesIn(`${name}.${i}`, item));
  return [];
}
