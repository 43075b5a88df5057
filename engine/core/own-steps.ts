/**
 * Steps that a program takes without an optimiser, by writing into its parameters: seen by what has changed from one
 * backward pass to the next one.
 */
import type { Diary } from "./diary";
import type { LeafWrites } from "./leaf-writes";
import type { Move } from "./parameter-moves";
import { currentSite } from "./sites";
import type { Tensor } from "./tensor";

/** Backward passes that are looked at, and elements of each parameter. */
const MAX_PASSES = 32;
const LOOKS = 1024;

/** The cosine between a step and the way down from which it is one; those of Adam are far from straight. */
const LEAST_COSINE = 0.05;
/** Below it a step is η·gradient + c·weights, up to rounding. */
const MOST_RESIDUE = 0.01;
/** A change of weights, as a part of them, that may be rounding. */
const ROUNDING = 1e-6;

/** A parameter after a backward pass. */
interface Watched {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
  /** Whether a gradient that a step has used is still part of its gradient. */
  readonly isStale: boolean;
}

export class OwnSteps implements Iterable<Tensor> {
  #watched = new Map<Tensor, Watched>();
  readonly #moves = new Map<Tensor, Move>();
  /** Parameters whose gradients a step has used. */
  readonly #used = new Set<Tensor>();
  #passes = 0;
  #rates: number[] = [];
  #shares: number[] = [];
  /** Steps so far, and those of them whose gradients no earlier step had used. */
  steps = 0;
  clears = 0;
  /** Id of a call, or a place in the text: where a step was written. */
  site: number | string = 0;

  constructor(
    private readonly diary: Diary,
    private readonly writes: LeafWrites,
  ) {}

  /** The rate, where all steps are of a rate times the gradient, with decay or without; else 0. */
  get rate(): number {
    return this.#rates.length === this.steps ? (this.#rates.at(-1) ?? 0) : 0;
  }

  /** The decay of the weights, by the rate: the least of all steps; else 0. */
  get decay(): number {
    return this.rate > 0 ? Math.max(0, Math.min(...this.#shares)) / this.rate : 0;
  }

  /** The parameters that were moved. */
  [Symbol.iterator](): Iterator<Tensor> {
    return this.#moves.keys();
  }

  of(p: Tensor): Move | null {
    return this.#moves.get(p) ?? null;
  }

  /** A backward pass has added these gradients to those of leaves. */
  afterBackward(gradients: ReadonlyMap<Tensor, Tensor>): void {
    this.settle();
    this.writes.closeStep();
    if (++this.#passes > MAX_PASSES) {
      this.#watched.clear();
      return;
    }
    for (const [x, g] of gradients) {
      if (x.node !== null || x.grad === null) continue;
      const gradient = sampleOf(x.grad);
      const isAdded = x.grad !== g && sampleOf(g).some((v, i) => v !== gradient[i]);
      const isStale = isAdded && (this.#used.has(x) || this.#watched.get(x)?.isStale === true);
      if (!isStale) this.#used.delete(x);
      this.#watched.set(x, { values: sampleOf(x), gradient, isStale });
    }
  }

  /** Looks whether there was a step since the last backward pass. */
  settle(): void {
    for (const x of this.#passes > MAX_PASSES ? this.#moves.keys() : []) this.writes.dropRecent(x);
    if (this.#watched.size === 0) return;
    const held = new Set(
      this.diary.optimizers.flatMap(({ groups }) => groups.flatMap(({ params }) => params)),
    );
    const step = new Step();
    for (const [x, watched] of this.#watched)
      if (!held.has(x) && !x.isForgotten) step.add(x, watched, this.writes.recentOf(x) !== undefined);
    if (step.isTaken) this.#note(step);
  }

  #note(step: Step): void {
    this.steps++;
    const [first] = step.parts;
    const write = first && this.writes.recentOf(first.x);
    if (this.site === 0) this.site = write?.at ?? currentSite();
    let stale = 0;
    for (const { x, watched, move } of step.parts) {
      this.#moves.set(x, move);
      this.#used.add(x);
      if (watched.isStale) stale++;
      this.#watched.set(x, { ...watched, values: sampleOf(x) });
      this.writes.dropRecent(x);
    }
    if (2 * stale <= step.parts.length) this.clears++;
    const fit = step.fit();
    if (fit !== null) {
      this.#rates.push(fit.rate);
      this.#shares.push(fit.share);
    }
  }
}

/** What has changed between two backward passes. */
class Step {
  readonly parts: { readonly x: Tensor; readonly watched: Watched; readonly move: Move }[] = [];
  /** Sums of products of the change, the gradient and the values. */
  #dd = 0;
  #dg = 0;
  #dw = 0;
  #gg = 0;
  #gw = 0;
  #ww = 0;

  add(x: Tensor, watched: Watched, isWritten: boolean): void {
    const now = sampleOf(x);
    const { values, gradient } = watched;
    let [dd, ww] = [0, 0];
    for (let i = 0; i < now.length; i++) {
      const [w, g] = [values[i] as number, gradient[i] as number];
      const d = (now[i] as number) - w;
      dd += d * d;
      ww += w * w;
      this.#dg += d * g;
      this.#dw += d * w;
      this.#gg += d === 0 && !isWritten ? 0 : g * g;
      this.#gw += d === 0 && !isWritten ? 0 : g * w;
    }
    if (dd === 0 && !isWritten) return;
    this.#dd += dd;
    this.#ww += ww;
    const whole = now.length === 0 ? 0 : x.size / now.length;
    this.parts.push({ x, watched, move: { before: Math.sqrt(ww * whole), update: Math.sqrt(dd * whole) } });
  }

  /** Whether it leads down, or is too small to say where. */
  get isTaken(): boolean {
    if (this.parts.length === 0) return false;
    if (this.#dd <= ROUNDING ** 2 * this.#ww) return true;
    return -this.#dg > LEAST_COSINE * Math.sqrt(this.#dd * this.#gg);
  }

  /** The rate and the share of decay of which it consists; null for another kind of step. */
  fit(): { readonly rate: number; readonly share: number } | null {
    const [dd, dg, dw, gg, gw, ww] = [this.#dd, this.#dg, this.#dw, this.#gg, this.#gw, this.#ww];
    const determinant = gg * ww - gw * gw;
    const isOne = !(determinant > 1e-9 * gg * ww);
    const rate = isOne ? -dg / gg : (dw * gw - dg * ww) / determinant;
    const share = isOne ? 0 : (dg * gw - dw * gg) / determinant;
    // |d + rate·g + share·w|², at the best rate and share.
    const residue = dd + rate * dg + share * dw;
    return rate > 0 && residue <= MOST_RESIDUE ** 2 * dd ? { rate, share } : null;
  }
}

/** Some of the elements; the step between them is odd, so that it does not look at one column of a matrix only. */
function sampleOf({ data }: Tensor): Float64Array {
  const stride = data.length <= LOOKS ? 1 : Math.ceil(data.length / LOOKS) | 1;
  const sample = new Float64Array(Math.ceil(data.length / stride));
  for (let i = 0, at = 0; i < sample.length; i++, at += stride) sample[i] = data[at] as number;
  return sample;
}
