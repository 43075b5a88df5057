/** Relatives of Adam: Adamax and RAdam. */

import type { Values } from "../core/dtype";
import { atLeast0, numbers } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { Optimizer, type ParameterGroup, type ParameterState, type Parameters } from "./optimizer";

/** What `optim.Adamax` and `optim.RAdam` take besides the parameters. */
export interface MomentsOptions {
  /** Learning rate; 0.002 in Adamax and 0.001 in RAdam when left out. */
  lr?: number;
  /** Memories of the running means of the gradient and of its square; [0.9, 0.999] when left out. */
  betas?: readonly [number, number];
  /** Keeps the divisor from 0; 1e-8 when left out. */
  eps?: number;
  /** Adds this times the weight to the gradient; 0 when left out. */
  weightDecay?: number;
}

const common = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 } as const;

/** The running mean of the gradient d of element i, with d in it. */
function meanOf(state: ParameterState, i: number, d: number, b1: number): number {
  const means = state.array("expAvg");
  const mean = b1 * (means[i] as number) + (1 - b1) * d;
  means[i] = mean;
  return mean;
}

function squareOf(state: ParameterState, i: number, d: number, b2: number): number {
  const squares = state.array("expAvgSq");
  const square = b2 * (squares[i] as number) + (1 - b2) * d * d;
  squares[i] = square;
  return square;
}

type AdamaxArgs = [params: Parameters<MomentsOptions>, options?: MomentsOptions];
type AdamaxPositions = [
  params: Parameters<MomentsOptions>,
  ...Positions<
    [lr?: number, betas?: readonly [number, number], eps?: number, weightDecay?: number],
    MomentsOptions
  >,
];

const takesAdamax = takes(["params"], { lr: atLeast0, betas: numbers, eps: atLeast0, weightDecay: atLeast0 });

/** Adam with the largest recent gradient in place of the root mean square. Kingma and Ba (2015). Rate 0.002. */
export class Adamax extends Optimizer<MomentsOptions> {
  constructor(...args: Widest<AdamaxArgs, AdamaxPositions>) {
    const [params, options = {}] = readCall<AdamaxArgs>("optim.Adamax", takesAdamax, args);
    super(params, options, { lr: 0.002, ...common });
  }

  protected update(w: Values, g: Values, group: ParameterGroup<MomentsOptions>, state: ParameterState): void {
    const { lr, eps, weightDecay, betas } = group;
    const [b1, b2] = betas;
    const largest = state.array("expInf");
    const rate = lr / (1 - b1 ** state.step);
    for (let i = 0; i < w.length; i++) {
      const d = (g[i] as number) + weightDecay * (w[i] as number);
      const mean = meanOf(state, i, d, b1);
      largest[i] = Math.max(b2 * (largest[i] as number), Math.abs(d) + eps);
      w[i] = (w[i] as number) - (rate * mean) / (largest[i] as number);
    }
  }
}

type RAdamArgs = [params: Parameters<MomentsOptions>, options?: MomentsOptions];
type RAdamPositions = [
  params: Parameters<MomentsOptions>,
  ...Positions<
    [lr?: number, betas?: readonly [number, number], eps?: number, weightDecay?: number],
    MomentsOptions
  >,
];

const takesRAdam = takes(["params"], { lr: atLeast0, betas: numbers, eps: atLeast0, weightDecay: atLeast0 });

/** Adam that trusts its second moment only when enough steps stand behind it. Liu et al. (2020). Rate 0.001. */
export class RAdam extends Optimizer<MomentsOptions> {
  constructor(...args: Widest<RAdamArgs, RAdamPositions>) {
    const [params, options = {}] = readCall<RAdamArgs>("optim.RAdam", takesRAdam, args);
    super(params, options, { lr: 0.001, ...common });
  }

  protected update(w: Values, g: Values, group: ParameterGroup<MomentsOptions>, state: ParameterState): void {
    const { lr, eps, weightDecay, betas } = group;
    const [b1, b2] = betas;
    const [most, rest] = [2 / (1 - b2) - 1, 1 - b2 ** state.step];
    const length = most - (2 * state.step * b2 ** state.step) / rest;
    const isTrusted = length > 5;
    const ratio = ((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length);
    const trust = isTrusted ? Math.sqrt(ratio) * Math.sqrt(rest) : 1;
    const rate = (lr * trust) / (1 - b1 ** state.step);
    for (let i = 0; i < w.length; i++) {
      const d = (g[i] as number) + weightDecay * (w[i] as number);
      const mean = meanOf(state, i, d, b1);
      const root = Math.sqrt(squareOf(state, i, d, b2)) + eps;
      w[i] = (w[i] as number) - (rate * mean) / (isTrusted ? root : 1);
    }
  }
}
