/** An optimiser that looks at the signs of gradients only. */

import type { Values } from "../core/dtype";
import { atLeast0, numbers } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { Optimizer, type ParameterGroup, type ParameterState, type Parameters } from "./optimizer";

/** What `optim.Rprop` takes besides the parameters. */
export interface RpropOptions {
  /** The first step size; 0.01 when left out. */
  lr?: number;
  /** Factors of the step size when the sign turns and when it stays; [0.5, 1.2] when left out. */
  etas?: readonly [number, number];
  /** The smallest and the largest step size; [1e-6, 50] when left out. */
  stepSizes?: readonly [number, number];
}

type RpropArgs = [params: Parameters<RpropOptions>, options?: RpropOptions];
type RpropPositions = [
  params: Parameters<RpropOptions>,
  ...Positions<
    [lr?: number, etas?: readonly [number, number], stepSizes?: readonly [number, number]],
    RpropOptions
  >,
];

const takesRprop = takes(["params"], { lr: atLeast0, etas: numbers, stepSizes: numbers });

/** A step size per element that grows while the gradient keeps its sign. Riedmiller and Braun (1993). */
export class Rprop extends Optimizer<RpropOptions> {
  constructor(...args: Widest<RpropArgs, RpropPositions>) {
    const [params, options = {}] = readCall<RpropArgs>("optim.Rprop", takesRprop, args);
    super(params, options, { lr: 0.01, etas: [0.5, 1.2], stepSizes: [1e-6, 50] });
  }

  protected update(w: Values, g: Values, group: ParameterGroup<RpropOptions>, state: ParameterState): void {
    const [shrink, grow] = group.etas;
    const [least, most] = group.stepSizes;
    const before = state.array("prev");
    const sizes = state.array("stepSize");
    if (state.step === 1) sizes.fill(group.lr);
    for (let i = 0; i < w.length; i++) {
      const d = g[i] as number;
      const turn = Math.sign(d * (before[i] as number));
      const size = (sizes[i] as number) * (turn > 0 ? grow : turn < 0 ? shrink : 1);
      sizes[i] = Math.min(Math.max(size, least), most);
      const used = turn < 0 ? 0 : d;
      w[i] = (w[i] as number) - Math.sign(used) * (sizes[i] as number);
      before[i] = used;
    }
  }
}
