/** Schedules made of schedules: one after another, and all at once. */

import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { Schedule, type Scheduled } from "./schedules";

function checkParts(name: string, schedules: readonly unknown[], optimizer?: Scheduled): Scheduled {
  if (!Array.isArray(schedules) || schedules.length === 0) {
    throw new ModelError(
      `optim.${name}(): found ${describeValue(schedules)}, expected an array of schedules`,
    );
  }
  for (const each of schedules) {
    if (!(each instanceof Schedule)) {
      throw new ModelError(`optim.${name}(): found ${describeValue(each)} among the schedules`);
    }
    if (each.optimizer !== (optimizer ?? schedules[0].optimizer)) {
      throw new ModelError(
        `optim.${name}(): ${each.constructor.name} changes another optimiser, expected one for all`,
      );
    }
  }
  return optimizer ?? schedules[0].optimizer;
}

/** One schedule after another: the next one begins, from the base rates, at each milestone. */
export class SequentialLR {
  /** Steps taken so far. */
  lastEpoch = 0;
  private readonly schedules: readonly Schedule[];
  private readonly milestones: readonly number[];

  /** @throws ModelError unless there is one milestone fewer than schedules */
  constructor(
    /** The optimiser whose rates change. */
    readonly optimizer: Scheduled,
    schedules: readonly Schedule[],
    options: { milestones: readonly number[] } | readonly number[],
  ) {
    checkParts("SequentialLR", schedules, optimizer);
    const milestones = isList(options) ? options : options?.milestones;
    if (!Array.isArray(milestones) || milestones.length !== schedules.length - 1) {
      throw new ModelError(
        `optim.SequentialLR(): milestones is ${JSON.stringify(milestones)}, expected ${schedules.length - 1} steps for ${schedules.length} schedules`,
      );
    }
    this.schedules = schedules;
    this.milestones = milestones;
    this.schedules[0]?.restart();
  }

  /** Sets the rates of the next step. */
  step(): void {
    this.lastEpoch++;
    const index = this.milestones.filter((m) => m <= this.lastEpoch).length;
    const schedule = this.schedules[index] as Schedule;
    if (index > 0 && this.milestones[index - 1] === this.lastEpoch) schedule.restart();
    else schedule.step();
  }

  /** The rates in use, per group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }
}

function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value);
}

/** Several schedules in each step; their factors multiply. */
export class ChainedScheduler {
  /** The optimiser whose rates change. */
  readonly optimizer: Scheduled;

  constructor(private readonly schedules: readonly Schedule[]) {
    this.optimizer = checkParts("ChainedScheduler", schedules);
  }

  /** Sets the rates of the next step. */
  step(): void {
    for (const schedule of this.schedules) schedule.step();
  }

  /** The rates in use, per group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }
}
