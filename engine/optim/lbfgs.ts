/** L-BFGS: steps along the gradient as the last steps have bent it. */

import { ModelError } from "../core/error";
import { atLeast0, choice, number, size } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { enableGrad } from "../core/tape";
import type { Tensor } from "../core/tensor";
import { type LinePoint, strongWolfe, type Vector } from "./line-search";
import { Optimizer, type Parameters } from "./optimizer";

/** What `optim.LBFGS` takes besides the parameters. */
export interface LBFGSOptions {
  /** 1 when left out. */
  lr?: number;
  /** Steps in one call of `step`; 20 when left out. */
  maxIter?: number;
  /** Evaluations of the loss in one call of `step`; 1.25 maxIter when left out. */
  maxEval?: number;
  /** Stops when the largest element of the gradient is at most this; 1e-7 when left out. */
  toleranceGrad?: number;
  /** Stops when the loss or the parameters change by less; 1e-9 when left out. */
  toleranceChange?: number;
  /** How many steps are remembered; 100 when left out. */
  historySize?: number;
  /** How long each step is: lr (when left out), or by a search along the line. */
  lineSearchFn?: "strongWolfe" | null;
}

/** One remembered step, how the gradient changed over it, and 1 over their product. */
interface Memory {
  readonly step: Vector;
  readonly change: Vector;
  readonly scale: number;
}

const dot = (a: Vector, b: Vector) => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
const largest = (a: Vector) => a.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
const addTo = (a: Vector, b: Vector, factor: number) => a.map((v, i) => v + factor * (b[i] as number));

type LBFGSArgs = [params: Parameters<LBFGSOptions>, options?: LBFGSOptions];
type LBFGSPositions = [
  params: Parameters<LBFGSOptions>,
  ...Positions<
    [
      lr?: number,
      maxIter?: number,
      maxEval?: number,
      toleranceGrad?: number,
      toleranceChange?: number,
      historySize?: number,
      lineSearchFn?: "strongWolfe" | null,
    ],
    LBFGSOptions
  >,
];

const takesLBFGS = takes(["params"], {
  lr: atLeast0,
  maxIter: size,
  maxEval: size,
  toleranceGrad: number,
  toleranceChange: number,
  historySize: size,
  lineSearchFn: choice("strongWolfe"),
});

/**
 * Quasi-Newton steps with a memory of the last ones. Liu and Nocedal (1989). `step` needs a closure, which clears the
 * gradients, computes the loss and its gradients, and returns the loss: it is called several times.
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  private readonly memory: Memory[] = [];
  private curvature = 1;
  private last: { direction: Vector; t: number; gradient: Vector } | null = null;

  /** @throws ModelError for more than one group of parameters */
  constructor(...args: Widest<LBFGSArgs, LBFGSPositions>) {
    const [params, options = {}] = readCall<LBFGSArgs>("optim.LBFGS", takesLBFGS, args);
    const maxEval = options.maxEval ?? Math.floor(((options.maxIter ?? 20) * 5) / 4);
    super(params, options, {
      lr: 1,
      maxIter: 20,
      maxEval,
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
    });
    if (this.paramGroups.length !== 1) {
      throw new ModelError(
        `optim.LBFGS(): found ${this.paramGroups.length} groups of parameters, expected one`,
      );
    }
  }

  /** @returns the loss before the step */
  override step(closure?: () => Tensor): Tensor {
    if (typeof closure !== "function") {
      throw new ModelError("optim.LBFGS: step() needs a function that computes the loss and its gradients", {
        hint: "step(() => { optimizer.zeroGrad(); const loss = …; loss.backward(); return loss; })",
      });
    }
    const loss = enableGrad(closure);
    this.noteStep(() => this.minimise(closure, loss.item()));
    return loss;
  }

  protected update(): never {
    throw new ModelError("optim.LBFGS updates all parameters together");
  }

  private get settings() {
    return this.paramGroups[0] as (typeof this.paramGroups)[number];
  }

  private minimise(closure: () => Tensor, firstLoss: number): void {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, lineSearchFn } = this.settings;
    let now: Omit<LinePoint, "t" | "slope"> = { loss: firstLoss, gradient: this.gradient() };
    let evaluations = 1;
    if (largest(now.gradient) <= toleranceGrad) return;
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      const isFirst = this.last === null;
      const direction = this.directionFor(now.gradient);
      const before = now;
      const l1 = now.gradient.reduce((sum, v) => sum + Math.abs(v), 0);
      let t = isFirst ? Math.min(1, 1 / l1) * lr : lr;
      this.last = { direction, t, gradient: now.gradient };
      const slope = dot(now.gradient, direction);
      if (slope > -toleranceChange) break;
      if (lineSearchFn !== null) {
        const found = this.search(closure, { ...now, t: 0, slope }, direction, t);
        ({ t } = found.point);
        now = found.point;
        evaluations += found.evaluations;
        this.move(this.values(), direction, t);
      } else {
        this.move(this.values(), direction, t);
        if (iteration < maxIter) {
          now = { loss: enableGrad(closure).item(), gradient: this.gradient() };
          evaluations++;
        }
      }
      this.last = { direction, t, gradient: before.gradient };
      const isStill = largest(direction) * Math.abs(t) <= toleranceChange;
      if (evaluations >= maxEval || largest(now.gradient) <= toleranceGrad || isStill) break;
      if (Math.abs(now.loss - before.loss) < toleranceChange) break;
    }
  }

  /** Minus the gradient, times what the remembered steps tell of the inverse Hessian. */
  private directionFor(gradient: Vector): Vector {
    if (this.last === null) return gradient.map((v) => -v);
    this.remember(gradient, this.last);
    let q = gradient.map((v) => -v);
    const shares: number[] = [];
    for (const { step, change, scale } of this.memory.toReversed()) {
      const share = dot(step, q) * scale;
      shares.unshift(share);
      q = addTo(q, change, -share);
    }
    q = q.map((v) => v * this.curvature);
    this.memory.forEach(({ step, change, scale }, i) => {
      q = addTo(q, step, (shares[i] as number) - dot(change, q) * scale);
    });
    return q;
  }

  private remember(
    gradient: Vector,
    { direction, t, gradient: before }: { direction: Vector; t: number; gradient: Vector },
  ): void {
    const change = addTo(gradient, before, -1);
    const step = direction.map((v) => v * t);
    const product = dot(change, step);
    if (product <= 1e-10) return;
    if (this.memory.length === this.settings.historySize) this.memory.shift();
    this.memory.push({ step, change, scale: 1 / product });
    this.curvature = product / dot(change, change);
  }

  private search(closure: () => Tensor, start: LinePoint, direction: Vector, first: number) {
    const from = this.values();
    return strongWolfe({
      evaluate: (t) => {
        this.move(from, direction, t);
        const loss = enableGrad(closure).item();
        const gradient = this.gradient();
        this.move(from, direction, 0);
        return { t, loss, gradient, slope: dot(gradient, direction) };
      },
      start,
      first,
      size: largest(direction),
      tolerance: this.settings.toleranceChange,
    });
  }

  private gradient(): Vector {
    return this.joined((p) => p.grad?.data ?? new Float64Array(p.size));
  }

  private values(): Vector {
    return this.joined((p) => p.data);
  }

  private joined(read: (p: Tensor) => Iterable<number>): Vector {
    return Float64Array.from(this.settings.params.flatMap((p) => [...read(p)]));
  }

  /** Sets the parameters to `from` + t · direction. */
  private move(from: Vector, direction: Vector, t: number): void {
    let at = 0;
    for (const p of this.settings.params) {
      for (let i = 0; i < p.data.length; i++, at++) {
        p.data[i] = (from[at] as number) + t * (direction[at] as number);
      }
    }
  }
}
