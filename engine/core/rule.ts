/** The derivatives of an operation, as its record states them. */
import type { Node } from "./node";
import type { Tensor } from "./tensor";

/** An operation at the moment it ran: what its derivatives may look at. `x` and `y` are the first two inputs. */
export type At<A extends object = object> = Omit<Node, "attrs"> & { readonly attrs: A };

/**
 * A derivative for one input, written with operations. VJP: cotangent of the output to that of the input.
 * JVP: tangent of the input to its part of the output's tangent.
 */
export type Rule<A extends object = object> = (g: Tensor, at: At<A>) => Tensor;

/** One rule per input (null: the input takes no gradient), or a function that gives the rule of input i. */
export type Rules<A extends object> =
  | readonly (Rule<A> | null)[]
  | ((input: number, at: At<A>) => Rule<A> | null);
