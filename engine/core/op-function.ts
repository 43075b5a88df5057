/** The functions of operations, as model files call them. */
import type { Op } from "./op";
import type { Tensor } from "./tensor";

/** What follows the first arguments in PyTorch's positions P; the object of options O may end the call anywhere. */
export type OptionPositions<P extends readonly unknown[], O> = { [K in keyof P]: P[K] | O | undefined };

/** One list of arguments for two where it takes what the other takes, so that editors show one call with all the names. */
export type Widest<A extends readonly unknown[], B extends readonly unknown[]> = [A] extends [B]
  ? B
  : [B] extends [A]
    ? A
    : A | B;

/**
 * The function of an operation: called with P, an object of options at its end, or with positions Q, or R. It has one signature:
 * editors show doc comments of what has overloads at few places only, and a list of such functions could not be called.
 */
export type OpFunction<
  P extends readonly unknown[],
  Q extends readonly unknown[] = never,
  R extends readonly unknown[] = never,
> = ((...args: Widest<Widest<Q, R>, P>) => Tensor) & { readonly op: Op };
