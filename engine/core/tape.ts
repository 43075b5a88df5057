/** The tape: what was computed, in order. It knows operations, not derivatives. */

import { type Block, releaseExcept } from "../kernels";
import { ModelError } from "./error";
import { forgetValues } from "./forget";
import type { HandedNorms } from "./handed-norms";
import type { Node } from "./node";
import { Notes } from "./notes";
import { showCount } from "./number-text";
import type { Tensor } from "./tensor";

export { Node, type Scope } from "./node";
export {
  activeTape,
  asDerivative,
  enableGrad,
  enterModule,
  inScope,
  isGradEnabled,
  isQuiet,
  noGrad,
  quietly,
  record,
  tapeInside,
} from "./recording";

/** A backward pass that ran while the tape was recording: its root and the gradient of everything on the way. */
export interface Sweep {
  readonly output: Tensor;
  readonly gradients: ReadonlyMap<Tensor, Tensor>;
  /** What operations handed to tensors with several uses. */
  readonly handed?: HandedNorms | null;
  /** Memory of the gradients that are no leaf's. */
  readonly blocks?: readonly Block[];
}

/** Everything recorded by one run. A backward pass ends a step; of earlier steps only the last one is kept. */
export class Tape {
  /** Operations of the last finished step, then those since. */
  get nodes(): readonly Node[] {
    return [...this.finished, ...this.open];
  }
  /** What the run tells of its names and of functions written by hand. */
  readonly notes = new Notes();
  sweep: Sweep | null = null;
  /** Operations recorded in all, those of forgotten steps included. */
  count = 0;
  private finished: readonly Node[] = [];
  private open: Node[] = [];
  private finishedAliases: readonly Tensor[] = [];
  private openAliases: Tensor[] = [];

  /** @param limit the number of operations after which recording stops with a ModelError */
  constructor(readonly limit = 5_000_000) {}

  push(node: Node): void {
    if (++this.count > this.limit) {
      const limit = showCount(this.limit);
      throw new ModelError(`the run recorded more than ${limit} operations, the limit`, {
        hint: "is there a loop that does not end? The setting gradlens.maxOperations raises the limit",
      });
    }
    this.open.push(node);
  }

  /** Notes that `alias` shares the values of a recorded tensor without being the result of an operation. */
  share(alias: Tensor): void {
    this.openAliases.push(alias);
  }

  /** Takes an operation back, whose result is a leaf from now on. */
  withdraw(node: Node): void {
    const at = this.open.lastIndexOf(node);
    if (at >= 0) this.open.splice(at, 1);
    else this.finished = this.finished.filter((each) => each !== node);
  }

  /** A backward pass ended a step. Forgets the step before, so that a training loop does not grow. */
  closeStep(sweep: Sweep): void {
    this.notes.ownSteps.afterBackward(sweep.gradients);
    this.notes.diary.note("backward");
    this.notes.closeStep();
    this.finished = this.open;
    this.finishedAliases = this.openAliases;
    this.open = [];
    this.openAliases = [];
    releaseExcept(this.sweep?.blocks ?? [], []);
    this.sweep = sweep;
  }

  /**
   * Gives back the memory of everything that operations made while this tape recorded; using it afterwards is an
   * error. The data of leaves and the gradients that they accumulated stay.
   */
  drop(): void {
    forgetValues(this.nodes, [...this.finishedAliases, ...this.openAliases], this.sweep);
    this.finished = [];
    this.open = [];
    this.sweep = null;
  }
}
