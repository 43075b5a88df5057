/** What gives a name to a value, as it is found in the text, and where its mark has to stand. */
import type { SyntaxNode } from "./syntax-node";
import type { BindingRole } from "./types";

/**
 * Where the mark of a binding goes. `around`: about the expression. `head`: first thing in the body of a function
 * or a loop. `after`: behind the statement. `with`: behind an assignment, inside its expression. `beside`: as one
 * more variable of a declaration in the head of a `for`.
 */
export type MarkPlace =
  | { readonly kind: "around"; readonly node: SyntaxNode }
  | { readonly kind: "head" | "after" | "with" | "beside"; readonly node: SyntaxNode; readonly read: string };

/** A binding that has no number yet. */
export interface FoundBinding {
  readonly name: string;
  readonly role: BindingRole;
  readonly start: number;
  readonly end: number;
  readonly place: MarkPlace;
  /** The identifier, for looking up the variable; null for a return. */
  readonly target: SyntaxNode | null;
}

/** A binding whose target is an identifier. */
export function bindIdentifier(
  target: SyntaxNode,
  role: BindingRole,
  place: MarkPlace,
  name = target.name ?? "",
): FoundBinding {
  return { name, role, start: target.start, end: target.end, place, target };
}
