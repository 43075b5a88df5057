/** Takes destructuring patterns apart into the names that they give values to. */
import { bare, isNode, type SyntaxNode } from "./syntax-node";

/** The identifiers and members that a pattern assigns, in order; defaults are left out. */
export function targetsOf(pattern: SyntaxNode): SyntaxNode[] {
  const node = bare(pattern);
  switch (node.type) {
    case "Identifier":
    case "MemberExpression":
      return [node];
    case "ObjectPattern":
      return (node.properties ?? []).flatMap((part) => targetsOf(isNode(part.value) ? part.value : part));
    case "ArrayPattern":
      return (node.elements ?? []).flatMap((element) => (element ? targetsOf(element) : []));
    case "RestElement":
      return node.argument ? targetsOf(node.argument) : [];
    case "AssignmentPattern":
      return node.left ? targetsOf(node.left) : [];
    case "TSParameterProperty":
      return node.parameter ? targetsOf(node.parameter) : [];
    default:
      return [];
  }
}

export function isDestructuring(pattern: SyntaxNode): boolean {
  return pattern.type === "ObjectPattern" || pattern.type === "ArrayPattern";
}
