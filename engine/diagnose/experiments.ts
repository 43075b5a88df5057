/** What can be tried with a run that is still at hand: its forward and backward pass with other values of its leaves. */

/** The run once more. Values and gradients by node of the trace; null for what does not depend on what was changed. */
export interface Repeated {
  /** The loss with the changed leaves. */
  readonly loss: number;
  value(node: number): ArrayLike<number> | null;
  /** Gradient of the loss; only where gradients were asked for. */
  gradient(node: number): ArrayLike<number> | null;
}

export interface Experiments {
  /**
   * Computes what lies behind the loss again, with other values of leaves, in the run's own element types. Draws, such as
   * the masks of dropout, stay as they were.
   * @param leaves values by node, as many as the node has elements
   * @returns null when the time for experiments is used up or an operation cannot run again
   */
  repeat(
    leaves: ReadonlyMap<number, ArrayLike<number>>,
    options?: { readonly gradients?: boolean },
  ): Repeated | null;
}
