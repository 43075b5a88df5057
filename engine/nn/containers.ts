/** Modules by name, and parameters in a list or by name. */
import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { readCall, takes } from "../core/signature";
import { isTensor, parameters, type Tensor } from "../core/tensor";
import { fieldsOf } from "./fields";
import { isModule, Module } from "./module";

type Named<T> = Readonly<Record<string, T>> | ReadonlyMap<string, T> | Iterable<readonly [string, T]>;

/** A module that only holds; what it holds has the names under which it was put in. */
abstract class Container<K, T> extends Module {
  protected readonly held = new Map<K, T>();

  protected put(key: K, value: unknown): void {
    this.held.set(key, this.check(key, value));
  }

  /** The value, as what may stand here. @throws ModelError for another one */
  protected abstract check(key: K, value: unknown): T;

  /** How many are held. */
  get length(): number {
    return this.held.size;
  }

  /** What is held, by name, then the other fields. */
  override *namedFields(): Generator<[string, unknown]> {
    for (const [key, value] of this.held) yield [String(key), value];
    for (const [path, value] of fieldsOf(this)) if (!path.startsWith("held.")) yield [path, value];
  }

  /** @throws ModelError always: what is held is called by itself */
  forward(): never {
    throw new ModelError(`nn.${this.constructor.name} has no forward(): use what it holds`);
  }
}

/** What is held by name. */
abstract class Dictionary<T> extends Container<string, T> {
  constructor(layer: string, what: string, given: readonly unknown[]) {
    super();
    const read = given.length > 1 ? readCall<readonly unknown[]>(layer, takes([what]), given) : given;
    for (const [name, value] of entriesOf(layer, read[0])) this.put(name, value);
  }

  /** @throws ModelError for a name that is not there, with those that are */
  get(name: string): T {
    const found = this.held.get(name);
    if (found !== undefined) return found;
    throw new ModelError(
      `nn.${this.constructor.name}: found no ${JSON.stringify(name)}, expected one of ${this.keys().join(", ")}`,
    );
  }

  /** Puts a value under a name, in place of what was there. */
  set(name: string, value: T): void {
    this.put(name, value);
  }

  /** Whether something stands under this name. */
  has(name: string): boolean {
    return this.held.has(name);
  }

  /** The names, in the order in which they were put in. */
  keys(): string[] {
    return [...this.held.keys()];
  }

  /** What is held, in that order. */
  values(): T[] {
    return [...this.held.values()];
  }

  /** Names and what stands under them. */
  entries(): [string, T][] {
    return [...this.held.entries()];
  }

  [Symbol.iterator](): Iterator<[string, T]> {
    return this.held[Symbol.iterator]();
  }
}

/** The entries of an object, a map or a list of pairs; none of nothing. */
function entriesOf(layer: string, given: unknown): [string, unknown][] {
  if (given === undefined || given === null) return [];
  if (typeof given === "object" && Symbol.iterator in given) {
    return [...(given as Iterable<unknown>)].map((pair) => {
      if (Array.isArray(pair) && pair.length === 2) return [String(pair[0]), pair[1]];
      throw new ModelError(`${layer}(): found ${describeValue(pair)}, expected pairs of a name and a value`);
    });
  }
  if (typeof given === "object") return Object.entries(given);
  throw new ModelError(`${layer}(): found ${describeValue(given)}, expected an object or a map`);
}

/** Modules by name, whose parameters count. */
export class ModuleDict<M extends Module = Module> extends Dictionary<M> {
  constructor(...args: [modules?: Named<M>]) {
    super("nn.ModuleDict", "modules", args);
  }

  protected check(name: string, value: unknown): M {
    if (isModule(value)) return value as M;
    throw new ModelError(
      `nn.ModuleDict(): ${name} is ${describeValue(value)}, expected a module such as nn.Linear`,
    );
  }
}

/** A tensor, which is a parameter from now on. */
function asParameter(layer: string, key: string | number, value: unknown): Tensor {
  if (!(isTensor(value) && value.isLeaf)) {
    throw new ModelError(`${layer}(): ${key} is ${describeValue(value)}, expected a parameter`);
  }
  parameters.add(value);
  return value;
}

/** Parameters by name. */
export class ParameterDict extends Dictionary<Tensor> {
  constructor(...args: [parameters?: Named<Tensor>]) {
    super("nn.ParameterDict", "parameters", args);
  }

  protected check(name: string, value: unknown): Tensor {
    return asParameter("nn.ParameterDict", name, value);
  }
}

/** Parameters in a list; their names are "0", "1", … */
export class ParameterList extends Container<number, Tensor> {
  constructor(...args: [parameters?: Iterable<Tensor>]) {
    super();
    const [given = []] = readCall<typeof args>("nn.ParameterList", takes(["parameters"]), args);
    if (typeof given !== "object" || given === null || !(Symbol.iterator in given)) {
      throw new ModelError(
        `nn.ParameterList(): found ${describeValue(given)}, expected an array of parameters`,
      );
    }
    for (const each of given) this.push(each);
  }

  protected check(place: number, value: unknown): Tensor {
    return asParameter("nn.ParameterList", `item ${place}`, value);
  }

  /** Adds a parameter at the end. */
  push(parameter: Tensor): void {
    this.put(this.held.size, parameter);
  }

  /**
   * The parameter at a place, counted from either end.
   * @throws ModelError when there is none
   */
  at(index: number): Tensor {
    const found = this.held.get(index < 0 ? index + this.held.size : index);
    if (found !== undefined) return found;
    throw new ModelError(`nn.ParameterList: no parameter ${index} in a list of ${this.held.size}`);
  }

  [Symbol.iterator](): Iterator<Tensor> {
    return this.held.values();
  }
}
