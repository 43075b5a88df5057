/** How far the steps of an optimiser move its parameters: measured now and then, on some elements of the large ones. */
import type { Tensor } from "./tensor";

/** Euclidean norms. */
export interface Move {
  readonly before: number;
  readonly update: number;
}

/** Elements looked at per parameter. */
const LOOKS = 1024;
/** Each of the first steps is measured, then one in a few. */
const FIRST_STEPS = 32;
const EVERY = 8;

interface Measured {
  readonly sample: Float64Array;
  before: number;
  update: number;
}

export class ParameterMoves {
  readonly #measured = new Map<Tensor, Measured>();

  of(p: Tensor): Move | null {
    return this.#measured.get(p) ?? null;
  }

  /** Runs a step, the first one being 1. */
  during(step: number, groups: readonly { readonly params: readonly Tensor[] }[], run: () => void): void {
    if (step > FIRST_STEPS && step % EVERY !== 0) {
      run();
      return;
    }
    const moving = groups.flatMap(({ params }) => params.filter((p) => p.grad !== null));
    for (const p of moving) this.#begin(p);
    run();
    for (const p of moving) this.#end(p);
  }

  #begin(p: Tensor): void {
    const { data } = p;
    const stride = strideOf(data.length);
    let measured = this.#measured.get(p);
    if (measured === undefined) {
      measured = { sample: new Float64Array(Math.ceil(data.length / stride)), before: 0, update: 0 };
      this.#measured.set(p, measured);
    }
    const { sample } = measured;
    let sum = 0;
    for (let i = 0, at = 0; i < sample.length; i++, at += stride) {
      const v = data[at] as number;
      sample[i] = v;
      sum += v * v;
    }
    measured.before = normFrom(sum, data.length, sample.length);
  }

  #end(p: Tensor): void {
    const measured = this.#measured.get(p);
    if (measured === undefined) return;
    const { data } = p;
    const { sample } = measured;
    const stride = strideOf(data.length);
    let sum = 0;
    for (let i = 0, at = 0; i < sample.length; i++, at += stride) {
      const d = (data[at] as number) - (sample[i] as number);
      sum += d * d;
    }
    measured.update = normFrom(sum, data.length, sample.length);
  }
}

/** Odd, so that it does not look at one column of a matrix only. */
function strideOf(size: number): number {
  return size <= LOOKS ? 1 : Math.ceil(size / LOOKS) | 1;
}

function normFrom(sum: number, size: number, looked: number): number {
  return Math.sqrt(looked === 0 ? 0 : (sum * size) / looked);
}
