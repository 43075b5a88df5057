/** Schedules that come back: cosines with restarts, and triangles. */

import { ModelError } from "../core/error";
import { choice, number, positive, size } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { AbsoluteSchedule, checkPositive, readSchedule, type Scheduled } from "./schedules";

/** What `optim.CosineAnnealingWarmRestarts` takes besides the optimiser. */
export interface WarmRestartsOptions {
  /** Steps of the first cosine. */
  t0: number;
  /** How many times as long each cosine is as the one before, an integer; 1 when left out. */
  tMult?: number;
  /** The lowest rate; 0 when left out. */
  etaMin?: number;
}

/** Half a cosine from the base rate down to `etaMin`, again and again. Loshchilov and Hutter (2017). */
export class CosineAnnealingWarmRestarts extends AbsoluteSchedule {
  private readonly t0: number;
  private readonly tMult: number;
  private readonly etaMin: number;

  /** @throws ModelError unless t0 and tMult are integers of at least 1 */
  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options: WarmRestartsOptions],
      [
        optimizer: Scheduled,
        t0: number | WarmRestartsOptions,
        ...Positions<[tMult?: number, etaMin?: number], Partial<WarmRestartsOptions>>,
      ]
    >
  ) {
    const kinds = { t0: size, tMult: size, etaMin: number };
    const [optimizer, options] = readSchedule<WarmRestartsOptions>(
      "CosineAnnealingWarmRestarts",
      kinds,
      args,
    );
    super(optimizer);
    const { t0, tMult = 1, etaMin = 0 } = options;
    if (t0 === undefined) {
      throw new ModelError(
        "optim.CosineAnnealingWarmRestarts(): t0 is undefined, expected an integer of at least 1",
      );
    }
    this.t0 = t0;
    this.tMult = tMult;
    this.etaMin = etaMin;
  }

  protected rateAt(step: number, base: number): number {
    let length = this.t0;
    let since = step;
    if (this.tMult === 1) since %= length;
    else {
      while (since >= length) {
        since -= length;
        length *= this.tMult;
      }
    }
    return this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * since) / length))) / 2;
  }
}

/** What `optim.CyclicLR` takes besides the optimiser. */
export interface CyclicLROptions {
  /** The rate at the bottom of each cycle; it has no default. */
  baseLr: number;
  /** The rate at the first peak; it has no default. */
  maxLr: number;
  /** Steps on the way up; 2000 when left out. */
  stepSizeUp?: number;
  /** Steps on the way down; as many as up when left out. */
  stepSizeDown?: number;
  /** Whether peaks stay ("triangular", when left out), halve each cycle, or shrink by gamma each step. */
  mode?: "triangular" | "triangular2" | "expRange";
  /** 1 when left out. */
  gamma?: number;
}

const cyclic = {
  baseLr: positive,
  maxLr: positive,
  stepSizeUp: positive,
  stepSizeDown: positive,
  mode: choice("triangular", "triangular2", "expRange"),
  gamma: number,
};

/** Up from `baseLr` to `maxLr` and down again, along lines. Smith (2017). The momentum stays as it is. */
export class CyclicLR extends AbsoluteSchedule {
  private readonly options: Required<CyclicLROptions>;

  constructor(
    ...args: Widest<
      [optimizer: Scheduled, options: CyclicLROptions],
      [
        optimizer: Scheduled,
        baseLr: number | CyclicLROptions,
        maxLr?: number,
        ...Positions<
          [stepSizeUp?: number, stepSizeDown?: number, mode?: CyclicLROptions["mode"], gamma?: number],
          Partial<CyclicLROptions>
        >,
      ]
    >
  ) {
    const [optimizer, options] = readSchedule<CyclicLROptions>("CyclicLR", cyclic, args);
    super(optimizer);
    const { stepSizeUp = 2000, stepSizeDown = stepSizeUp, mode = "triangular", gamma = 1 } = options;
    checkPositive("CyclicLR(): maxLr", options.maxLr);
    checkPositive("CyclicLR(): baseLr", options.baseLr);
    this.options = { ...options, stepSizeUp, stepSizeDown, mode, gamma };
    this.apply();
  }

  protected rateAt(step: number): number {
    const { baseLr, maxLr, stepSizeUp: up, stepSizeDown: down } = this.options;
    const cycle = Math.floor(1 + step / (up + down));
    const part = 1 + step / (up + down) - cycle;
    const top = up / (up + down);
    const height = part <= top ? part / top : (part - 1) / (top - 1);
    return baseLr + (maxLr - baseLr) * height * this.shrink(cycle, step);
  }

  private shrink(cycle: number, step: number): number {
    const { mode, gamma } = this.options;
    if (mode === "triangular") return 1;
    return mode === "triangular2" ? 1 / 2 ** (cycle - 1) : gamma ** step;
  }
}
