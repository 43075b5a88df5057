/** The tape: what was computed, in order. It knows operations, not derivatives. */
import { ModelError } from "./error";
import type { Op } from "./op";
import type { Tensor } from "./tensor";

export {
  activeTape,
  enableGrad,
  inScope,
  isGradEnabled,
  isQuiet,
  noGrad,
  quietly,
  record,
} from "./recording";

/** A layer in whose `forward` an operation ran; scopes form a tree. */
export interface Scope {
  /** The module, as an opaque key; its path is found from the names of fields and variables. */
  readonly module: object;
  readonly parent: Scope | null;
}

/** One recorded operation. Ids grow with time, so inputs always have smaller ids than what is made of them. */
export class Node {
  readonly id = nextId++;
  /** Set when a backward pass went through without `retainGraph`. */
  consumed = false;
  /** The last sweep that came by; marks are cheaper than a set of nodes. */
  visit = 0;
  /** Changes with the values of leaves among the inputs, see stamps.ts. */
  stamp = 0;

  constructor(
    readonly op: Op,
    readonly inputs: readonly Tensor[],
    readonly attrs: object,
    readonly out: Tensor,
    readonly scope: Scope | null,
  ) {}

  get x(): Tensor {
    return this.inputs[0] as Tensor;
  }

  get y(): Tensor {
    return this.inputs[1] as Tensor;
  }
}

let nextId = 1;

/** A backward pass that ran while the tape was recording: its root and the gradient of everything on the way. */
export interface Sweep {
  readonly output: Tensor;
  readonly gradients: ReadonlyMap<Tensor, Tensor>;
}

/** A variable, field or parameter of the model file that was given a value. */
export interface BindingEvent {
  readonly binding: number;
  readonly tensor: Tensor;
  /** Which part of an array that was bound: "[0]"; "" for the value itself. */
  readonly part: string;
}

/** A module that was given a name: what paths of layers begin with. */
export interface ModuleBinding {
  readonly binding: number;
  readonly module: object;
  readonly part: string;
}

/** Everything recorded by one run. A backward pass ends a step; of earlier steps only the last one is kept. */
export class Tape {
  /** Operations of the last finished step, then those since. */
  get nodes(): readonly Node[] {
    return [...this.finished, ...this.open];
  }
  bindings: BindingEvent[] = [];
  /** Names that hold modules, by binding and part. */
  readonly modules = new Map<string, ModuleBinding>();
  sweep: Sweep | null = null;
  /** Operations recorded in all, those of forgotten steps included. */
  count = 0;
  private finished: readonly Node[] = [];
  private open: Node[] = [];
  private boundInStep = 0;

  /** @param limit the number of operations after which recording stops with a ModelError */
  constructor(readonly limit = 5_000_000) {}

  push(node: Node): void {
    if (++this.count > this.limit) {
      const limit = this.limit.toLocaleString("en");
      throw new ModelError(`the run recorded more than ${limit} operations, the limit`, {
        hint: "is there a loop that does not end? The setting gradlens.maxOperations raises the limit",
      });
    }
    this.open.push(node);
  }

  bind(binding: number, tensor: Tensor, part = ""): void {
    this.bindings.push({ binding, tensor, part });
  }

  /** Notes that a variable or field holds a module; of each name the last module stays. */
  bindModule(binding: number, module: object, part = ""): void {
    this.modules.set(`${binding}${part}`, { binding, module, part });
  }

  /** A backward pass ended a step. Forgets the step before, so that a training loop does not grow. */
  closeStep(sweep: Sweep): void {
    const earlier = this.bindings.slice(0, this.boundInStep).filter((event) => event.tensor.isLeaf);
    const latest = new Map(earlier.map((event) => [`${event.binding}${event.part}`, event]));
    this.bindings = [...latest.values(), ...this.bindings.slice(this.boundInStep)];
    this.boundInStep = this.bindings.length;
    this.finished = this.open;
    this.open = [];
    this.sweep = sweep;
  }
}
