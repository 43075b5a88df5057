/** Finds every place in a model file that gives a name to a value, and where its mark has to stand. */
import { findAssigned } from "./assigned";
import { findDeclared } from "./declared";
import type { FoundBinding, MarkPlace } from "./found-binding";
import { findProperty } from "./literals";
import type { Parsed } from "./parsed";
import { endOfName, type SyntaxNode } from "./syntax-node";
import type { SourceBinding } from "./types";

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
