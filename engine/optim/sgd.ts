/** Stochastic gradient descent. */
import type { Values } from "../dtype";
import { ModelError } from "../error";
import { Optimizer, type ParameterGroup, type ParameterState, type Parameters } from "./optimizer";

export interface SGDOptions {
  /** Learning rate; 0.001 when left out. */
  lr?: number;
  momentum?: number;
  /** How much of the gradient does not enter the momentum. */
  dampening?: number;
  /** Adds this times the weight to the gradient. */
  weightDecay?: number;
  /** Looks ahead along the momentum. */
  nesterov?: boolean;
}

/** Gradient descent, with momentum (Polyak) or Nesterov's momentum; as PyTorch's `SGD`. */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Parameters<SGDOptions>, options: SGDOptions = {}) {
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
