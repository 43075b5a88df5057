/** Changes of a model's text as rules state them: by places of the trace, in no language. The language's own module makes edits of them. */
import type { Site } from "./report";

export type Remedy =
  /** Calls (or constructs) another function of the library in this call, with the same arguments: `relu` for `sigmoid`. */
  | { readonly change: "callee"; readonly call: Site; readonly name: string }
  /**
   * Gives the call an option, or the option another value: `lr`, `0.01`. The value is source text; `position` is the place of
   * the argument (0-based) when it is given by position.
   */
  | {
      readonly change: "option";
      readonly call: Site;
      readonly name: string;
      readonly value: string;
      readonly position?: number;
    }
  /** Gives the call another argument in the place `index` (0-based); or one more, where it has as many as `index`. */
  | { readonly change: "argument"; readonly call: Site; readonly index: number; readonly value: string }
  /** Leaves a call out: what stays is its first argument, or the object of the method. */
  | { readonly change: "unwrap"; readonly call: Site }
  /** Puts a call around an expression: `relu(…)`; `more` are further arguments, as source text. */
  | { readonly change: "wrap"; readonly expression: Site; readonly name: string; readonly more?: string }
  /** Constructs a layer of the library behind the one that is constructed here, in the same list: `new nn.ReLU()`. */
  | { readonly change: "behind"; readonly call: Site; readonly name: string }
  /** Leaves the statement out that holds the place. */
  | { readonly change: "remove"; readonly at: Site }
  /** Writes a statement behind (or in front of) the one that holds the place; `uses` are names of the library in it. */
  | {
      readonly change: "insert";
      readonly at: Site;
      readonly where: "before" | "after";
      readonly text: string;
      readonly uses?: readonly string[];
    };
