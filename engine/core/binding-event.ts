/** What a tape remembers of the names in a model file. */
import type { Tensor } from "./tensor";

/** A variable, field or parameter of the model file that was given a value. */
export interface BindingEvent {
  readonly binding: number;
  readonly tensor: Tensor;
  /** Which part of an array that was bound: "[0]"; "" for the value itself. */
  readonly part: string;
}

/** A module that was given a name: what paths of layers begin with. */
export interface ModuleBinding {
  readonly binding: number;
  readonly module: object;
  readonly part: string;
}
