/** The base of layers without weights, which only hand their options on to a function. */
import { inFunction } from "../core/error";
import { arrange, type Kinds, takes } from "../core/signature";
import { Module } from "./module";

export abstract class OptionLayer<O extends object> extends Module {
  /** What the function is called with. */
  readonly options: O;

  /** @throws ModelError for an option that the layer does not have */
  constructor(kinds: Kinds, args: readonly unknown[]) {
    super();
    const [options] = inFunction(`nn.${this.constructor.name}`, () => arrange(takes([], kinds), args));
    // The kinds are those of O.
    this.options = (options ?? {}) as O;
  }
}
