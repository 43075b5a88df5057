/** The tape: what was computed, in order. It knows operations, not derivatives. */
import { ModelError } from "./error";
import type { Op } from "./op";
import type { Tensor } from "./tensor";

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

const state = {
  tape: null as Tape | null,
  gradEnabled: true,
  quiet: 0,
  scope: null as Scope | null,
};

/** The tape that records now, or null. */
export function activeTape(): Tape | null {
  return state.tape;
}

/**
 * Runs `fn` with its operations recorded on `tape`, until it returns or its promise settles; the only way to
 * record. What was recorded stays when `fn` throws.
 */
export function record<T>(tape: Tape, fn: () => T): T {
  return withState({ tape, gradEnabled: true, quiet: 0, scope: null }, fn);
}

/** Runs `fn` without gradients, as `torch.no_grad()`. Its operations still show in a trace. */
export function noGrad<T>(fn: () => T): T {
  return withState({ gradEnabled: false }, fn);
}

/** Runs `fn` as part of the module `module`: its operations belong to that scope. */
export function inScope<T>(module: object, fn: () => T): T {
  return withState({ scope: { module, parent: state.scope } }, fn);
}

/** Runs `fn` with nothing recorded at all, neither for gradients nor for a trace. */
export function quietly<T>(fn: () => T): T {
  state.quiet++;
  try {
    return fn();
  } finally {
    state.quiet--;
  }
}

export function isQuiet(): boolean {
  return state.quiet > 0;
}

function withState<T>(changes: Partial<typeof state>, fn: () => T): T {
  const saved = { ...state };
  const restore = () => Object.assign(state, saved);
  Object.assign(state, changes);
  let pending = false;
  try {
    const result = fn();
    if (result instanceof Promise) {
      pending = true;
      return result.finally(restore) as T;
    }
    return result;
  } finally {
    if (!pending) restore();
  }
}

/** Notes that `out` was made by `op`, when a gradient or a tape asks for it. */
export function recordOperation(
  op: Op,
  inputs: readonly Tensor[],
  attrs: object,
  out: Tensor,
  differentiable: boolean,
): void {
  const { tape } = state;
  const needsGrad = differentiable && state.gradEnabled && inputs.some((x) => x.requiresGrad);
  if (!needsGrad && tape === null) return;
  out.requiresGrad = needsGrad;
  out.node = new Node(op, inputs, attrs, out, state.scope);
  tape?.push(out.node);
}
