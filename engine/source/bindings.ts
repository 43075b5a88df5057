/** Finds every place in a model file that gives a name to a value, and where its mark has to stand. */
import { findAssigned } from "./assigned";
import { findDeclared } from "./declared";
import { findProperty } from "./literals";
import type { Parsed } from "./parse";
import { endOfName, type SyntaxNode } from "./syntax-node";
import type { BindingRole, SourceBinding } from "./types";

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

export interface Binding extends SourceBinding {
  readonly place: MarkPlace;
  readonly target: SyntaxNode | null;
}

const binding = new Set([
  "VariableDeclarator",
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "AssignmentExpression",
  "PropertyDefinition",
  "Property",
  "ReturnStatement",
  "ForOfStatement",
]);

const mayBind = ({ type }: SyntaxNode) => binding.has(type);

/** The bindings in the order of the text, numbered from `first`. */
export function findBindings({ nodes, text, positions }: Parsed, first: number): Binding[] {
  const found: FoundBinding[] = [];
  for (const node of nodes.filter(mayBind))
    found.push(...findDeclared(node), ...findAssigned(node, text), ...findProperty(node));
  found.sort((a, b) => a.start - b.start);
  return found.map(({ name, role, start, end, place, target }, index) => ({
    id: first + index,
    name,
    range: positions.range(start, target?.type === "Identifier" ? endOfName(target, text) : end),
    role,
    isTop: isAtTop(place.node),
    place,
    target,
  }));
}

const inside =
  /Function|Class|^(BlockStatement|StaticBlock|TSModuleBlock|SwitchCase|For\w*Statement|WhileStatement|DoWhileStatement)$/;

/** Whether nothing but the file is around an expression or a statement: no function, class, namespace, block or loop. */
function isAtTop(node: SyntaxNode): boolean {
  if (inside.test(node.type)) return false;
  for (let outer = node.parent; outer; outer = outer.parent) if (inside.test(outer.type)) return false;
  return true;
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
