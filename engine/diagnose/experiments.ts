/** A run that is repeated with other values: what goes in, and what comes of it. */

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
