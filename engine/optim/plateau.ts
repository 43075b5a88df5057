/** A schedule that looks at a measurement: the rate falls when that stops getting better. */

import { ModelError } from "../core/error";
import { choice, count, number, numbers } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { checkNumber } from "../core/options";
import { isTensor, type Tensor } from "../core/tensor";
import { readSchedule, type Scheduled } from "./schedules";

/** What `optim.ReduceLROnPlateau` takes besides the optimiser. */
export interface ReduceLROnPlateauOptions {
  /** Whether smaller or larger is better; "min" when left out. */
  mode?: "min" | "max";
  /** 0.1 when left out. */
  factor?: number;
  /** How many steps without progress are borne; 10 when left out. */
  patience?: number;
  /** What counts as progress; 1e-4 when left out. */
  threshold?: number;
  /** Whether the threshold is a part of the best value ("rel", default) or a difference ("abs"). */
  thresholdMode?: "rel" | "abs";
  /** Steps after a reduction in which nothing is counted; 0 when left out. */
  cooldown?: number;
  /** The rate does not fall below this: for all groups, or one number each; 0 when left out. */
  minLr?: number | readonly number[];
  /** Reductions by less than this are left out; 1e-8 when left out. */
  eps?: number;
}

const defaults = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
} as const;

const kinds = {
  mode: choice("min", "max"),
  factor: number,
  patience: count,
  threshold: number,
  thresholdMode: choice("rel", "abs"),
  cooldown: count,
  minLr: numbers,
  eps: number,
};

/** Times `factor` when the measurement given to `step` has not got better for more than `patience` steps. */
export class ReduceLROnPlateau {
  /** The best measurement so far. */
  best: number;
  /** Steps since then. */
  numBadEpochs = 0;
  /** Calls of `step()` so far. */
  lastEpoch = 0;
  private cooling = 0;
  private readonly options: Required<ReduceLROnPlateauOptions>;

  /** The optimiser whose rates change. */
  readonly optimizer: Scheduled;

  /** @throws ModelError for a factor that does not reduce */
  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options?: ReduceLROnPlateauOptions],
      [
        optimizer: Scheduled,
        ...Positions<
          [
            mode?: "min" | "max",
            factor?: number,
            patience?: number,
            threshold?: number,
            thresholdMode?: "rel" | "abs",
            cooldown?: number,
            minLr?: number | readonly number[],
            eps?: number,
          ],
          ReduceLROnPlateauOptions
        >,
      ]
    >
  ) {
    const [optimizer, options] = readSchedule<ReduceLROnPlateauOptions>("ReduceLROnPlateau", kinds, args);
    this.optimizer = optimizer;
    if (!Array.isArray(optimizer?.paramGroups)) {
      throw new ModelError("optim.ReduceLROnPlateau(): expected an optimiser such as optim.SGD first");
    }
    this.options = { ...defaults, ...options };
    const { mode, factor, minLr } = this.options;
    if (!(factor < 1)) {
      throw new ModelError(`optim.ReduceLROnPlateau(): factor is ${factor}, expected a number below 1`);
    }
    if (typeof minLr !== "number" && minLr.length !== optimizer.paramGroups.length) {
      throw new ModelError(
        `optim.ReduceLROnPlateau(): minLr has ${minLr.length} numbers, expected one for each of ${optimizer.paramGroups.length} groups`,
      );
    }
    this.best = mode === "min" ? Infinity : -Infinity;
  }

  /** @param metric what was measured, such as the loss of the validation data: a number or a tensor of one element */
  step(metric: number | Tensor): void {
    const value = isTensor(metric) ? metric.item() : checkMetric(metric);
    this.lastEpoch++;
    if (this.isBetter(value)) {
      this.best = value;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.cooling > 0) {
      this.cooling--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs <= this.options.patience) return;
    this.reduce();
    this.cooling = this.options.cooldown;
    this.numBadEpochs = 0;
  }

  /** The rates in use, per group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  private isBetter(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    const sign = mode === "min" ? -1 : 1;
    const bound = thresholdMode === "rel" ? this.best * (1 + sign * threshold) : this.best + sign * threshold;
    return mode === "min" ? value < bound : value > bound;
  }

  private reduce(): void {
    const { factor, minLr, eps } = this.options;
    this.optimizer.paramGroups.forEach((group, i) => {
      const least = typeof minLr === "number" ? minLr : (minLr[i] as number);
      const reduced = Math.max(group.lr * factor, least);
      if (group.lr - reduced > eps) group.lr = reduced;
    });
  }
}

/** NaN is let through: it is never better. */
function checkMetric(metric: unknown): number {
  return Number.isNaN(metric)
    ? Number.NaN
    : checkNumber(metric, "optim.ReduceLROnPlateau: the argument of step()");
}
