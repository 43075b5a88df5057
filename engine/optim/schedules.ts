/** Schedules: learning rates that change from step to step. */

import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { number, positive } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { type Kinds, readCall, takes } from "../core/signature";
import { activeTape } from "../core/tape";

/** What a schedule changes. */
export interface Scheduled {
  /** Groups of parameters, of which the rates change. */
  readonly paramGroups: readonly {
    lr: number;
    /** The rate before the first schedule changed it. */
    initialLr?: number;
  }[];
}

/**
 * The base of schedules: the rate of step t is the rate that the group had at first, changed by `rateAt`. Call
 * `step()` after each step of the optimiser. Several schedules of one optimiser multiply, as in PyTorch.
 */
export abstract class Schedule {
  /** Rates of the groups before any schedule. */
  protected readonly baseRates: readonly number[];
  /** Calls of `step()` so far. */
  lastEpoch = 0;

  constructor(
    /** The optimiser whose rates change. */
    readonly optimizer: Scheduled,
  ) {
    if (!Array.isArray(optimizer?.paramGroups)) {
      throw new ModelError(
        `optim.${this.constructor.name}(): found ${describeValue(optimizer)}, expected an optimiser such as optim.SGD`,
      );
    }
    this.baseRates = optimizer.paramGroups.map((group) => {
      group.initialLr ??= group.lr;
      return group.initialLr;
    });
  }

  /** The rate of a step when nothing else changes the rate. */
  protected abstract rateAt(step: number, base: number): number;

  /** The rate of a step from the one before it, which something else has changed, too. */
  protected follow(lr: number, step: number, base: number): number {
    const before = this.before(step, base);
    return before === 0 ? this.rateAt(step, base) : (lr * this.rateAt(step, base)) / before;
  }

  private before(step: number, base: number): number {
    return step === 0 ? base : this.rateAt(step - 1, base);
  }

  /** Sets the rates of the next step. */
  step(): void {
    this.lastEpoch++;
    this.apply();
    const [group] = this.optimizer.paramGroups;
    if (group === undefined) return;
    activeTape()?.notes.diary.schedule(this.optimizer, group.lr / (group.initialLr ?? group.lr));
  }

  /** Begins again, from the rates before any schedule. */
  restart(): void {
    this.lastEpoch = 0;
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.rateAt(0, this.baseRates[i] as number);
    });
  }

  /** The rates in use, per group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  protected apply(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      const base = this.baseRates[i] as number;
      const alone = group.lr === this.before(this.lastEpoch, base);
      group.lr = alone ? this.rateAt(this.lastEpoch, base) : this.follow(group.lr, this.lastEpoch, base);
    });
  }
}

/** Schedules whose rates are set whatever they were before. */
export abstract class AbsoluteSchedule extends Schedule {
  protected override follow(_: number, step: number, base: number): number {
    return this.rateAt(step, base);
  }
}

/** The optimiser and the options of a schedule's constructor. */
export function readSchedule<O extends object>(
  name: string,
  options: Kinds,
  args: readonly unknown[],
  named: Kinds = {},
): [Scheduled, O] {
  const signature = takes(["optimizer"], options, { named });
  const [optimizer, given] = readCall<[Scheduled, O?]>(`optim.${name}`, signature, args);
  return [optimizer, given ?? ({} as O)];
}

export function checkPositive(name: string, value: number): number {
  if (value > 0) return value;
  throw new ModelError(`optim.${name} is ${value}, expected a number above 0`);
}

/** What schedules take that ask a function for their factor. */
export const takesFactor = takes(["optimizer", "factor"], {}, { aliases: { lrLambda: "factor" } });

/** The base rate times a function of the step. */
export class LambdaLR extends AbsoluteSchedule {
  private readonly factor: (step: number) => number;

  constructor(...args: [optimizer: Scheduled, factor: (step: number) => number]) {
    const [optimizer, factor] = readCall<typeof args>("optim.LambdaLR", takesFactor, args);
    super(optimizer);
    if (typeof factor !== "function") {
      throw new ModelError(
        `optim.LambdaLR(): found ${describeValue(factor)}, expected a function of the step`,
      );
    }
    this.factor = factor;
    this.apply();
  }

  protected rateAt(step: number, base: number): number {
    return base * this.factor(step);
  }
}

/** Times gamma after every `stepSize` steps. */
export class StepLR extends Schedule {
  private readonly gamma: number;
  private readonly stepSize: number;

  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options: { stepSize: number; gamma?: number }],
      [
        optimizer: Scheduled,
        ...Positions<[stepSize: number, gamma?: number], { stepSize: number; gamma?: number }>,
      ]
    >
  ) {
    const [optimizer, { stepSize, gamma = 0.1 }] = readSchedule<{ stepSize: number; gamma?: number }>(
      "StepLR",
      { stepSize: positive, gamma: number },
      args,
    );
    super(optimizer);
    this.stepSize = checkPositive("StepLR(): stepSize", stepSize);
    this.gamma = gamma;
  }

  protected rateAt(step: number, base: number): number {
    return base * this.gamma ** Math.floor(step / this.stepSize);
  }
}

/** Times gamma after every step. */
export class ExponentialLR extends Schedule {
  private readonly gamma: number;

  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options: { gamma: number }],
      [optimizer: Scheduled, ...Positions<[gamma: number], { gamma: number }>]
    >
  ) {
    const [optimizer, { gamma }] = readSchedule<{ gamma: number }>(
      "ExponentialLR",
      { gamma: positive },
      args,
    );
    super(optimizer);
    this.gamma = checkPositive("ExponentialLR(): gamma", gamma);
  }

  protected rateAt(step: number, base: number): number {
    return base * this.gamma ** step;
  }
}

/** Half a cosine from the base rate down to `etaMin` at step `tMax`. Loshchilov and Hutter (2017), without restarts. */
export class CosineAnnealingLR extends Schedule {
  private readonly tMax: number;
  private readonly etaMin: number;

  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options: { tMax: number; etaMin?: number }],
      [optimizer: Scheduled, ...Positions<[tMax: number, etaMin?: number], { tMax: number; etaMin?: number }>]
    >
  ) {
    const [optimizer, { tMax, etaMin = 0 }] = readSchedule<{ tMax: number; etaMin?: number }>(
      "CosineAnnealingLR",
      { tMax: positive, etaMin: number },
      args,
    );
    super(optimizer);
    this.tMax = checkPositive("CosineAnnealingLR(): tMax", tMax);
    this.etaMin = etaMin;
  }

  protected rateAt(step: number, base: number): number {
    return this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * step) / this.tMax))) / 2;
  }

  protected override follow(lr: number, step: number, base: number): number {
    const { tMax, etaMin } = this;
    if (step === 0) return lr;
    if ((step - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((base - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    const height = (t: number) => 1 + Math.cos((Math.PI * t) / tMax);
    return (height(step) / height(step - 1)) * (lr - etaMin) + etaMin;
  }
}

/** What `optim.LinearLR` takes besides the optimiser. */
export interface LinearLROptions {
  /** Factor of the first step; 1/3 when left out. */
  startFactor?: number;
  /** Factor from step `totalIters` on; 1 when left out. */
  endFactor?: number;
  /** From this step on the factor is `endFactor`; 5 when left out. */
  totalIters?: number;
}

/** Warm-up: from a part of the base rate to all of it along a line. */
export class LinearLR extends Schedule {
  private readonly from: number;
  private readonly to: number;
  private readonly steps: number;

  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options?: LinearLROptions],
      [
        optimizer: Scheduled,
        ...Positions<[startFactor?: number, endFactor?: number, totalIters?: number], LinearLROptions>,
      ]
    >
  ) {
    const [optimizer, options] = readSchedule<LinearLROptions>(
      "LinearLR",
      { startFactor: number, endFactor: number, totalIters: positive },
      args,
    );
    super(optimizer);
    this.from = options.startFactor ?? 1 / 3;
    this.to = options.endFactor ?? 1;
    this.steps = checkPositive("LinearLR(): totalIters", options.totalIters ?? 5);
    this.apply();
  }

  protected rateAt(step: number, base: number): number {
    return base * (this.from + (this.to - this.from) * Math.min(1, step / this.steps));
  }
}
