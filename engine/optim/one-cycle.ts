/** The schedule of one cycle: up and down again, once. */

import { ModelError } from "../core/error";
import { choice, number, positive } from "../core/kinds";
import type { Widest } from "../core/op-function";
import { AbsoluteSchedule, checkPositive, readSchedule, type Scheduled } from "./schedules";

/** What `optim.OneCycleLR` takes besides the optimiser. */
export interface OneCycleLROptions {
  /** The rate at the peak; it has no default. */
  maxLr: number;
  /** Length of the cycle in steps; it has no default. */
  totalSteps: number;
  /** Part of the steps on the way up; 0.3 when left out. */
  pctStart?: number;
  /** Along half a cosine or a line; "cos" when left out. */
  annealStrategy?: "cos" | "linear";
  /** The first rate is maxLr / divFactor; 25 when left out. */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor; 1e4 when left out. */
  finalDivFactor?: number;
}

const oneCycle = { maxLr: positive, totalSteps: positive };
/** PyTorch has other arguments between these and the first two, which Gradlens does not: they go by name. */
const oneCycleNamed = {
  pctStart: number,
  annealStrategy: choice("cos", "linear"),
  divFactor: positive,
  finalDivFactor: positive,
};

/** Up to `maxLr` and down again, once, whatever the base rate. Smith and Topin (2019). */
export class OneCycleLR extends AbsoluteSchedule {
  private readonly options: Required<OneCycleLROptions>;

  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options: OneCycleLROptions],
      [
        optimizer: Scheduled,
        maxLr: number | OneCycleLROptions,
        totalSteps?: number | Omit<OneCycleLROptions, "maxLr">,
      ]
    >
  ) {
    const [optimizer, options] = readSchedule<OneCycleLROptions>("OneCycleLR", oneCycle, args, oneCycleNamed);
    super(optimizer);
    const defaults = { pctStart: 0.3, annealStrategy: "cos", divFactor: 25, finalDivFactor: 1e4 } as const;
    this.options = { ...defaults, ...options };
    checkPositive("OneCycleLR(): maxLr", options.maxLr);
    checkPositive("OneCycleLR(): totalSteps", options.totalSteps);
    this.apply();
  }

  protected rateAt(step: number): number {
    const { maxLr, totalSteps, pctStart, divFactor, finalDivFactor } = this.options;
    if (step >= totalSteps) {
      throw new ModelError(`optim.OneCycleLR: step ${step} is behind the last of ${totalSteps} steps`);
    }
    const first = maxLr / divFactor;
    const top = pctStart * totalSteps - 1;
    if (step <= top) return this.between(first, maxLr, top === 0 ? 1 : step / top);
    return this.between(maxLr, first / finalDivFactor, (step - top) / (totalSteps - 1 - top));
  }

  private between(from: number, to: number, part: number): number {
    if (this.options.annealStrategy === "linear") return from + (to - from) * part;
    return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part));
  }
}
