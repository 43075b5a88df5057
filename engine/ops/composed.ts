/** How functions are defined that are no operations of their own but made of some. */
import { inFunction } from "../core/error";
import { arrange, type Signature } from "../core/signature";

/**
 * A function with the public signature P, or positions Q. Its arguments are sorted as those of operations; its
 * ModelErrors get its name in front.
 */
export function composed<P extends readonly unknown[], R, Q extends readonly unknown[] = never>(
  name: string,
  signature: Signature,
  body: (...args: P) => R,
): (...args: P | Q) => R {
  // What `arrange` returns is in the form that the signature describes, which is the body's.
  return (...args) => inFunction(name, () => body(...(arrange(signature, args) as unknown as P)));
}
