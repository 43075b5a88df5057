/** Schedules by steps: at milestones, for a while, along a power, by a factor of one's own. */

import { ModelError } from "../core/error";
import { number, numbers, positive } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall } from "../core/signature";
import { checkPositive, readSchedule, Schedule, type Scheduled, takesFactor } from "./schedules";

/** What `optim.MultiStepLR` takes besides the optimiser. */
export interface MultiStepLROptions {
  /** Steps at which the rate is multiplied, in increasing order; a step named twice counts twice. */
  milestones: readonly number[];
  /** 0.1 when left out. */
  gamma?: number;
}

/** Times gamma at each milestone. */
export class MultiStepLR extends Schedule {
  private readonly milestones: readonly number[];
  private readonly gamma: number;

  /** @throws ModelError unless milestones is an array of numbers */
  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options: MultiStepLROptions],
      [
        optimizer: Scheduled,
        ...Positions<[milestones: readonly number[], gamma?: number], MultiStepLROptions>,
      ]
    >
  ) {
    const kinds = { milestones: numbers, gamma: number };
    const [optimizer, { milestones, gamma = 0.1 }] = readSchedule<MultiStepLROptions>(
      "MultiStepLR",
      kinds,
      args,
    );
    super(optimizer);
    if (!Array.isArray(milestones) || !milestones.every((m) => typeof m === "number")) {
      throw new ModelError(
        `optim.MultiStepLR(): milestones is ${JSON.stringify(milestones)}, expected an array of steps`,
      );
    }
    this.milestones = milestones;
    this.gamma = gamma;
  }

  protected rateAt(step: number, base: number): number {
    return base * this.gamma ** this.milestones.filter((m) => m <= step).length;
  }
}

/** What `optim.ConstantLR` takes besides the optimiser. */
export interface ConstantLROptions {
  /** 1/3 when left out. */
  factor?: number;
  /** From this step on the rate is the base rate; 5 when left out. */
  totalIters?: number;
}

/** A part of the base rate for the first steps, then all of it. */
export class ConstantLR extends Schedule {
  private readonly factor: number;
  private readonly totalIters: number;

  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options?: ConstantLROptions],
      [optimizer: Scheduled, ...Positions<[factor?: number, totalIters?: number], ConstantLROptions>]
    >
  ) {
    const kinds = { factor: number, totalIters: number };
    const [optimizer, options] = readSchedule<ConstantLROptions>("ConstantLR", kinds, args);
    super(optimizer);
    this.factor = options.factor ?? 1 / 3;
    this.totalIters = options.totalIters ?? 5;
    this.apply();
  }

  protected rateAt(step: number, base: number): number {
    return step < this.totalIters ? base * this.factor : base;
  }
}

/** What `optim.PolynomialLR` takes besides the optimiser. */
export interface PolynomialLROptions {
  /** From this step on the rate is 0; 5 when left out. */
  totalIters?: number;
  /** 1 (a line) when left out. */
  power?: number;
}

/** From the base rate down to 0 as (1 − step / totalIters)^power. */
export class PolynomialLR extends Schedule {
  private readonly totalIters: number;
  private readonly power: number;

  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options?: PolynomialLROptions],
      [optimizer: Scheduled, ...Positions<[totalIters?: number, power?: number], PolynomialLROptions>]
    >
  ) {
    const kinds = { totalIters: positive, power: number };
    const [optimizer, options] = readSchedule<PolynomialLROptions>("PolynomialLR", kinds, args);
    super(optimizer);
    this.totalIters = checkPositive("PolynomialLR(): totalIters", options.totalIters ?? 5);
    this.power = options.power ?? 1;
  }

  protected rateAt(step: number, base: number): number {
    return base * (1 - Math.min(step, this.totalIters) / this.totalIters) ** this.power;
  }
}

/** The rate of the last step times a function of the step. */
export class MultiplicativeLR extends Schedule {
  private readonly factor: (step: number) => number;

  /** @throws ModelError unless factor is a function */
  constructor(...args: [optimizer: Scheduled, factor: (step: number) => number]) {
    const [optimizer, factor] = readCall<typeof args>("optim.MultiplicativeLR", takesFactor, args);
    super(optimizer);
    this.factor = factor;
    if (typeof factor !== "function") {
      throw new ModelError(
        `optim.MultiplicativeLR(): found a ${typeof factor}, expected a function of the step`,
      );
    }
  }

  protected rateAt(step: number, base: number): number {
    let rate = base;
    for (let t = 1; t <= step; t++) rate *= this.factor(t);
    return rate;
  }

  protected override apply(): void {
    for (const group of this.optimizer.paramGroups) group.lr *= this.factor(this.lastEpoch);
  }
}
