/** The functions of operations, as model files call them. */
import type { Op } from "./op";
import type { Tensor } from "./tensor";

/** What follows the first arguments in PyTorch's positions P; the object of options O may end the call anywhere. */
export type Positions<P extends readonly unknown[], O> = { [K in keyof P]: P[K] | O | undefined };

/** The function of an operation: called with P, an object of options at its end, or with positions Q. */
export type OpFunction<P extends readonly unknown[], Q extends readonly unknown[] = never> = ((
  ...args: P | Q
) => Tensor) & { readonly op: Op };
