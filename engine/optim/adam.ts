/** Adam and AdamW. */

import type { Values } from "../core/dtype";
import { ModelError } from "../core/error";
import { atLeast0, flag, numbers } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { Optimizer, type ParameterGroup, type ParameterState, type Parameters } from "./optimizer";

/** What `optim.Adam` and `optim.AdamW` take besides the parameters. */
export interface AdamOptions {
  /** 0.001 when left out. */
  lr?: number;
  /** Memories of the running means of the gradient and of its square; [0.9, 0.999] when left out. */
  betas?: readonly [number, number];
  /** Added to the root of the mean of squares; 1e-8 when left out. */
  eps?: number;
  /**
   * Adds this times the weight to the gradient, in AdamW shrinks the weight itself; 0 when left out, 0.01 in
   * AdamW.
   */
  weightDecay?: number;
  /** Divides by the largest running mean of squares so far; false when left out. */
  amsgrad?: boolean;
}

const defaults = { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false } as const;

/** What both share. */
abstract class Moments extends Optimizer<AdamOptions> {
  constructor(params: Parameters<AdamOptions>, options: AdamOptions, own: Required<AdamOptions> = defaults) {
    super(params, options, own);
    for (const { betas } of this.paramGroups) {
      if (betas.length === 2 && betas.every((b) => b >= 0 && b < 1)) continue;
      throw new ModelError(
        `optim.${this.constructor.name}(): betas are [${betas}], expected two numbers from 0 to below 1`,
      );
    }
  }

  protected move(w: Values, g: Values, group: ParameterGroup<AdamOptions>, state: ParameterState): void {
    const { lr, eps, amsgrad } = group;
    const [b1, b2] = group.betas;
    const means = state.array("expAvg");
    const squares = state.array("expAvgSq");
    const largest = amsgrad ? state.array("maxExpAvgSq") : squares;
    const rate = lr / (1 - b1 ** state.step);
    const root = Math.sqrt(1 - b2 ** state.step);
    for (let i = 0; i < w.length; i++) {
      const d = g[i] as number;
      const mean = b1 * (means[i] as number) + (1 - b1) * d;
      const square = b2 * (squares[i] as number) + (1 - b2) * d * d;
      means[i] = mean;
      squares[i] = square;
      if (amsgrad) largest[i] = Math.max(largest[i] as number, square);
      w[i] = (w[i] as number) - (rate * mean) / (Math.sqrt(largest[i] as number) / root + eps);
    }
  }
}

const adamOptions = {
  lr: atLeast0,
  betas: numbers,
  eps: atLeast0,
  weightDecay: atLeast0,
  amsgrad: flag,
};

type AdamArgs = [params: Parameters<AdamOptions>, options?: AdamOptions];
type AdamPositions = [
  params: Parameters<AdamOptions>,
  ...Positions<
    [lr?: number, betas?: readonly [number, number], eps?: number, weightDecay?: number, amsgrad?: boolean],
    AdamOptions
  >,
];

const takesAdam = takes(["params"], adamOptions);

/** Steps by the running mean of the gradient over the root of that of its square. Kingma and Ba (2015). */
export class Adam extends Moments {
  constructor(...args: Widest<AdamArgs, AdamPositions>) {
    const [params, options = {}] = readCall<AdamArgs>("optim.Adam", takesAdam, args);
    super(params, options, defaults);
  }

  protected update(w: Values, g: Values, group: ParameterGroup<AdamOptions>, state: ParameterState): void {
    const { weightDecay } = group;
    this.move(w, weightDecay === 0 ? g : g.map((d, i) => d + weightDecay * (w[i] as number)), group, state);
  }
}

type AdamWArgs = [params: Parameters<AdamOptions>, options?: AdamOptions];
type AdamWPositions = [
  params: Parameters<AdamOptions>,
  ...Positions<
    [lr?: number, betas?: readonly [number, number], eps?: number, weightDecay?: number, amsgrad?: boolean],
    AdamOptions
  >,
];

const takesAdamW = takes(["params"], adamOptions);

/** Adam whose weight decay shrinks the weights themselves, not through the gradient. Loshchilov and Hutter (2019). */
export class AdamW extends Moments {
  constructor(...args: Widest<AdamWArgs, AdamWPositions>) {
    const [params, options = {}] = readCall<AdamWArgs>("optim.AdamW", takesAdamW, args);
    super(params, options, { ...defaults, weightDecay: 0.01 });
  }

  protected update(w: Values, g: Values, group: ParameterGroup<AdamOptions>, state: ParameterState): void {
    const shrink = 1 - group.lr * group.weightDecay;
    for (let i = 0; i < w.length; i++) w[i] = shrink * (w[i] as number);
    this.move(w, g, group, state);
  }
}
