/** What is left of a run once it was recorded, and the steps of its diagnosis. */
import type { Tensor } from "../core/tensor";
import type { Report } from "../report/report";
import type { Trace } from "../report/trace";

/** What was recorded of a run, before its diagnosis or after it. */
export interface Recorded {
  readonly trace: Trace;
  readonly report: Report;
  /** Tensors by node id: what answers later questions about values. */
  readonly tensors: readonly Tensor[];
  gradOf(id: number): Tensor | null;
}

/** A run whose diagnosis is still to be made. */
export interface Undiagnosed extends Recorded {
  /** Makes it, one rule after the other: whoever goes on from step to step may do other things in between. */
  diagnose(): Generator<void, Recorded>;
}

/** Goes on to the end. */
export function finish<R>(steps: Generator<void, R>): R {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
