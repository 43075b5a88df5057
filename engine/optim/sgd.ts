/** Stochastic gradient descent. */

import type { Values } from "../core/dtype";
import { ModelError } from "../core/error";
import { atLeast0, flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { Optimizer, type ParameterGroup, type ParameterState, type Parameters } from "./optimizer";

/** What `optim.SGD` takes besides the parameters. */
export interface SGDOptions {
  /** Learning rate; 0.001 when left out. */
  lr?: number;
  /** How much of the last step is kept in the next; 0 when left out. */
  momentum?: number;
  /** How much of the gradient does not enter the momentum; 0 when left out. */
  dampening?: number;
  /** Adds this times the weight to the gradient; 0 when left out. */
  weightDecay?: number;
  /** Looks ahead along the momentum; false when left out. */
  nesterov?: boolean;
}

type SGDArgs = [params: Parameters<SGDOptions>, options?: SGDOptions];
type SGDPositions = [
  params: Parameters<SGDOptions>,
  ...Positions<
    [lr?: number, momentum?: number, dampening?: number, weightDecay?: number, nesterov?: boolean],
    SGDOptions
  >,
];

const takesSGD = takes(["params"], {
  lr: atLeast0,
  momentum: atLeast0,
  dampening: number,
  weightDecay: atLeast0,
  nesterov: flag,
});

/** Gradient descent, with momentum (Polyak) or Nesterov's momentum; as PyTorch's `SGD`. */
export class SGD extends Optimizer<SGDOptions> {
  constructor(...args: Widest<SGDArgs, SGDPositions>) {
    const [params, options = {}] = readCall<SGDArgs>("optim.SGD", takesSGD, args);
    const defaults = { lr: 0.001, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false };
    super(params, options, defaults);
    for (const { nesterov, momentum, dampening } of this.paramGroups) {
      if (nesterov && !(momentum > 0 && dampening === 0)) {
        throw new ModelError("optim.SGD(): nesterov needs a momentum above 0 and no dampening");
      }
    }
  }

  protected update(w: Values, g: Values, group: ParameterGroup<SGDOptions>, state: ParameterState): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = group;
    const velocity = momentum === 0 ? null : state.array("momentum");
    const share = state.step === 1 ? 1 : 1 - dampening;
    for (let i = 0; i < w.length; i++) {
      const x = w[i] as number;
      let d = (g[i] as number) + weightDecay * x;
      if (velocity !== null) {
        const v = momentum * (velocity[i] as number) + share * d;
        velocity[i] = v;
        d = nesterov ? d + momentum * v : v;
      }
      w[i] = x - lr * d;
    }
  }
}
