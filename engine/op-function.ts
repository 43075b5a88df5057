/** The functions of operations, as model files call them. */
import type { Op } from "./op";
import type { Tensor } from "./tensor";

/** What follows the first arguments in PyTorch's positions P; the object of options O may end the call anywhere. */
export type Positions<P extends readonly unknown[], O> = { [K in keyof P]: P[K] | O | undefined };

/** One way to call a function. */
export interface Form<P extends readonly unknown[]> {
  // biome-ignore lint/style/useShorthandFunctionType: overloads of an interface stay apart in an intersection
  (...args: P): Tensor;
}

/**
 * The function of an operation: called with P, an object of options at its end, or with positions Q, or R. These are overloads,
 * which editors show one by one with the names of their parameters.
 */
export type OpFunction<
  P extends readonly unknown[],
  Q extends readonly unknown[] = never,
  R extends readonly unknown[] = never,
> = Form<P> &
  ([Q] extends [never] ? unknown : Form<Q>) &
  ([R] extends [never] ? unknown : Form<R>) & { readonly op: Op };
