/** An operation over many variants at once. */
import type { Values } from "../../core/dtype";

/**
 * How K variants of input i are evaluated in one call, given as a tensor of shape [K, …]: the call's inputs and attributes.
 * The result must have K × size elements in the order of the variants.
 */
export interface Lift {
  readonly name: string;
  run(variants: Values, count: number): Values;
}
