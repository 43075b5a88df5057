/** What can be tried with a run that is still at hand: its forward and backward pass with other values of its leaves. */
import type { Traced } from "./traced";

/** The run once more. Values and gradients by node of the trace; null for what does not depend on what was changed. */
export interface Repeated {
  /** The loss with the changed leaves. */
  readonly loss: number;
  value(node: number): ArrayLike<number> | null;
  /** Gradient of the loss; only where gradients were asked for. */
  gradient(node: number): ArrayLike<number> | null;
}

/** Other values of nodes, each with as many as the node has elements. */
export type OtherValues = ReadonlyMap<number, ArrayLike<number>>;

export interface Experiments {
  /**
   * Computes what lies behind the loss again, with other values of leaves, in the run's own element types. Draws, such as
   * the masks of dropout, stay as they were.
   * @param leaves values by node; those of an operation's result stand in the place of what it gives
   * @returns null when the time for experiments is used up or an operation cannot run again
   */
  repeat(leaves: OtherValues, options?: { readonly gradients?: boolean }): Repeated | null;
  /** The run as it would have been, as rules look at it: with experiments of its own, in the same time. Null as above. */
  suppose(leaves: OtherValues): Traced | null;
  /** Whether the time for experiments is over: then a rule that says nothing may only have had no time to look. */
  isUsedUp(): boolean;
}
