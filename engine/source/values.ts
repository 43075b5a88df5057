/** What an expression can be, judged from its form alone. */
import { bare, isFunction, isNode, type SyntaxNode } from "./syntax-node";

const neverTensors = new Set([
  "Literal",
  "TemplateLiteral",
  "ClassExpression",
  "UnaryExpression",
  "BinaryExpression",
  "UpdateExpression",
  "MetaProperty",
  "ImportExpression",
  "ThisExpression",
  "PrivateIdentifier",
]);

/**
 * Whether an expression may give a tensor, or something that holds one. A function or a class never counts:
 * it takes its name from what it is assigned to, so nothing may come between.
 */
export function mayHoldTensor(node: SyntaxNode): boolean {
  const value = bare(node);
  if (isFunction(value) || neverTensors.has(value.type)) return false;
  switch (value.type) {
    case "Identifier":
      return value.name !== "undefined";
    case "AwaitExpression":
      return value.argument?.type !== "ImportExpression";
    case "SequenceExpression":
      return value.expressions?.at(-1) ? mayHoldTensor(value.expressions.at(-1) as SyntaxNode) : false;
    case "ConditionalExpression":
      return [value.consequent, value.alternate].some((branch) => isNode(branch) && mayHoldTensor(branch));
    case "AssignmentExpression":
      return value.right ? mayHoldTensor(value.right) : false;
    case "ArrayExpression":
      return (value.elements ?? []).some((element) => element !== null && mayHoldTensor(element));
    case "ObjectExpression":
      return (value.properties ?? []).some(
        (part) => part.type === "SpreadElement" || (isNode(part.value) && mayHoldTensor(part.value)),
      );
    default:
      return true;
  }
}

const plainTypes = new Set([
  "TSNumberKeyword",
  "TSStringKeyword",
  "TSBooleanKeyword",
  "TSBigIntKeyword",
  "TSSymbolKeyword",
]);

/** Whether the type written next to a name rules a tensor out: `number`, `string`, `boolean`. */
export function isPlainlyTyped(node: SyntaxNode): boolean {
  const type = node.typeAnnotation?.typeAnnotation;
  return type !== undefined && plainTypes.has(type.type);
}

/** Whether an expression is only a name or a chain of names, so that reading it once more changes nothing. */
export function isPlainReference(node: SyntaxNode): boolean {
  const inner = bare(node);
  if (inner.type === "Identifier" || inner.type === "ThisExpression") return true;
  if (inner.type !== "MemberExpression" || !isNode(inner.object) || !isNode(inner.property)) return false;
  const key = inner.property;
  const plainKey = !inner.computed || key.type === "Identifier" || key.type === "Literal";
  return plainKey && isPlainReference(inner.object);
}
