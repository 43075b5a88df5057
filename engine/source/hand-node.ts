/** What a person wrote by hand to be differentiated, as nodes of the text. */
import type { SyntaxNode } from "./syntax-node";

/** A layer of the text with its functions. */
export interface HandNode {
  readonly kind: "class" | "object" | "pair";
  readonly name: string;
  /** What declares it: the class, the object, the statement of the forward function. */
  readonly node: SyntaxNode;
  readonly forward: SyntaxNode;
  readonly backward: SyntaxNode;
  /** Names of a pair's functions in the file. */
  readonly names?: readonly [forward: string, backward: string];
  /** The object or class that has them. */
  readonly holder?: SyntaxNode;
  /** How these are reached at the end of the file. */
  readonly places?: readonly [forward: string, backward: string];
}
