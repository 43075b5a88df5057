/** Optimisers with a step size per element from the history of its gradient: Adagrad, Adadelta, RMSprop. */

import type { Values } from "../core/dtype";
import { atLeast0, flag, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { Optimizer, type ParameterGroup, type ParameterState, type Parameters } from "./optimizer";

/** What `optim.Adagrad` takes besides the parameters. */
export interface AdagradOptions {
  /** 0.01 when left out. */
  lr?: number;
  /** The rate of step t is lr / (1 + (t − 1) · lrDecay); 0 when left out. */
  lrDecay?: number;
  /** Adds this times the weight to the gradient; 0 when left out. */
  weightDecay?: number;
  /** What the sums of squares begin with; 0 when left out. */
  initialAccumulatorValue?: number;
  /** Added to the root of the sum of squares; 1e-10 when left out. */
  eps?: number;
}

type AdagradArgs = [params: Parameters<AdagradOptions>, options?: AdagradOptions];
type AdagradPositions = [
  params: Parameters<AdagradOptions>,
  ...Positions<
    [lr?: number, lrDecay?: number, weightDecay?: number, initialAccumulatorValue?: number, eps?: number],
    AdagradOptions
  >,
];

const takesAdagrad = takes(["params"], {
  lr: atLeast0,
  lrDecay: atLeast0,
  weightDecay: atLeast0,
  initialAccumulatorValue: atLeast0,
  eps: atLeast0,
});

/** Steps divided by the root of the sum of all squared gradients. Duchi et al. (2011). */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(...args: Widest<AdagradArgs, AdagradPositions>) {
    const [params, options = {}] = readCall<AdagradArgs>("optim.Adagrad", takesAdagrad, args);
    super(params, options, { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 });
  }

  protected update(w: Values, g: Values, group: ParameterGroup<AdagradOptions>, state: ParameterState): void {
    const { lr, lrDecay, weightDecay, eps } = group;
    const sum = state.array("sum");
    if (state.step === 1) sum.fill(group.initialAccumulatorValue);
    const rate = lr / (1 + (state.step - 1) * lrDecay);
    for (let i = 0; i < w.length; i++) {
      const d = (g[i] as number) + weightDecay * (w[i] as number);
      const s = (sum[i] as number) + d * d;
      sum[i] = s;
      w[i] = (w[i] as number) - (rate * d) / (Math.sqrt(s) + eps);
    }
  }
}

/** What `optim.Adadelta` takes besides the parameters. */
export interface AdadeltaOptions {
  /** 1 when left out. */
  lr?: number;
  /** Memory of the running means; 0.9 when left out. */
  rho?: number;
  /** Added to the means before their roots are taken; 1e-6 when left out. */
  eps?: number;
  /** Adds this times the weight to the gradient; 0 when left out. */
  weightDecay?: number;
}

type AdadeltaArgs = [params: Parameters<AdadeltaOptions>, options?: AdadeltaOptions];
type AdadeltaPositions = [
  params: Parameters<AdadeltaOptions>,
  ...Positions<[lr?: number, rho?: number, eps?: number, weightDecay?: number], AdadeltaOptions>,
];

const takesAdadelta = takes(["params"], {
  lr: atLeast0,
  rho: number,
  eps: atLeast0,
  weightDecay: atLeast0,
});

/** Steps in the ratio of the running size of past steps to that of gradients. Zeiler (2012). */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(...args: Widest<AdadeltaArgs, AdadeltaPositions>) {
    const [params, options = {}] = readCall<AdadeltaArgs>("optim.Adadelta", takesAdadelta, args);
    super(params, options, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 });
  }

  protected update(
    w: Values,
    g: Values,
    group: ParameterGroup<AdadeltaOptions>,
    state: ParameterState,
  ): void {
    const { lr, rho, eps, weightDecay } = group;
    const squares = state.array("squareAvg");
    const steps = state.array("accDelta");
    for (let i = 0; i < w.length; i++) {
      const d = (g[i] as number) + weightDecay * (w[i] as number);
      const square = rho * (squares[i] as number) + (1 - rho) * d * d;
      const delta = (Math.sqrt((steps[i] as number) + eps) / Math.sqrt(square + eps)) * d;
      squares[i] = square;
      steps[i] = rho * (steps[i] as number) + (1 - rho) * delta * delta;
      w[i] = (w[i] as number) - lr * delta;
    }
  }
}

/** What `optim.RMSprop` takes besides the parameters. */
export interface RMSpropOptions {
  /** 0.01 when left out. */
  lr?: number;
  /** Memory of the running mean; 0.99 when left out. */
  alpha?: number;
  /** Added to the root of the running mean; 1e-8 when left out. */
  eps?: number;
  /** Adds this times the weight to the gradient; 0 when left out. */
  weightDecay?: number;
  /** How much of the last step is added to the next; 0 when left out. */
  momentum?: number;
  /** Divides by the standard deviation instead of the root mean square; false when left out. */
  centered?: boolean;
}

type RMSpropArgs = [params: Parameters<RMSpropOptions>, options?: RMSpropOptions];
type RMSpropPositions = [
  params: Parameters<RMSpropOptions>,
  ...Positions<
    [lr?: number, alpha?: number, eps?: number, weightDecay?: number, momentum?: number, centered?: boolean],
    RMSpropOptions
  >,
];

const takesRMSprop = takes(["params"], {
  lr: atLeast0,
  alpha: number,
  eps: atLeast0,
  weightDecay: atLeast0,
  momentum: atLeast0,
  centered: flag,
});

/** Steps divided by the root of the running mean of squared gradients. Hinton (2012). */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(...args: Widest<RMSpropArgs, RMSpropPositions>) {
    const [params, options = {}] = readCall<RMSpropArgs>("optim.RMSprop", takesRMSprop, args);
    const defaults = { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false };
    super(params, options, defaults);
  }

  protected update(w: Values, g: Values, group: ParameterGroup<RMSpropOptions>, state: ParameterState): void {
    const { lr, alpha, eps, weightDecay, momentum } = group;
    const squares = state.array("squareAvg");
    const means = group.centered ? state.array("gradAvg") : null;
    const velocity = momentum > 0 ? state.array("momentum") : null;
    for (let i = 0; i < w.length; i++) {
      const d = (g[i] as number) + weightDecay * (w[i] as number);
      let variance = alpha * (squares[i] as number) + (1 - alpha) * d * d;
      squares[i] = variance;
      if (means !== null) {
        means[i] = alpha * (means[i] as number) + (1 - alpha) * d;
        variance -= (means[i] as number) ** 2;
      }
      let step = d / (Math.sqrt(variance) + eps);
      if (velocity !== null) {
        step += momentum * (velocity[i] as number);
        velocity[i] = step;
      }
      w[i] = (w[i] as number) - lr * step;
    }
  }
}
