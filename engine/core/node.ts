/** One recorded operation. */
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
  /** The last sweep that came by; marks are cheaper than a set of nodes. */
  visit = 0;
  /** Recorded by a backward pass (`createGraph`), not by a call of the model. */
  isDerivative = false;
  /** Changes with the values of leaves among the inputs, see stamps.ts; NaN when they are not watched. */
  stamp = Number.NaN;

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
