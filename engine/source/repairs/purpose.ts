/** What an expression of a function's body is for. */
import { mutators } from "../filled";
import { bare, isFunction, type SyntaxNode } from "../syntax-node";

/** Where an expression stands: in brackets, in the head of a loop, or where numbers are made. */
export type Purpose = "value" | "index" | "head" | "none";

/** What counts loops is for nothing: a loop would not end. */
export function purposeOf(node: SyntaxNode): Purpose {
  for (let inner = node, outer = node.parent; outer; inner = outer, outer = outer.parent) {
    const head = outer as SyntaxNode & { readonly update?: SyntaxNode; readonly test?: SyntaxNode };
    if (outer.type === "MemberExpression" && outer.computed && outer.property === inner) return "index";
    if (head.update === inner) return "none";
    if (outer.type === "ForStatement" && (head.test === inner || outer.init === inner)) return "head";
    if (outer.type === "WhileStatement" && head.test === inner) return "head";
    if (/Statement$|Declaration$/.test(outer.type) && outer.type !== "IfStatement") return "value";
    if (isFunction(outer)) return outer.body === inner ? "value" : "none";
  }
  return "none";
}

/** A name that is no value of its own: what is called or assigned, a key, the beginning of a longer one. */
export function isNamed(node: SyntaxNode): boolean {
  const { parent } = node;
  if (!parent) return true;
  if (parent.type === "MemberExpression") return parent.object === node || parent.computed !== true;
  if (/^(Property|ArrayPattern|ObjectPattern|RestElement|AssignmentPattern|SpreadElement)$/.test(parent.type))
    return parent.type !== "Property" || parent.value !== node || parent.shorthand === true;
  return (
    parent.callee === node ||
    (parent.left === node && /^Assignment|^For/.test(parent.type)) ||
    parent.id === node ||
    parent.type === "UpdateExpression" ||
    (isFunction(parent) && parent.body !== node)
  );
}

/** What stands for a number by itself: given a name, added up, returned, or handed to what keeps it. */
export function isWholeValue(node: SyntaxNode): boolean {
  const { parent, type } = node;
  if (
    !parent ||
    isFunction(bare(node)) ||
    /^(Object|Array|Literal|Template|New|Assignment|Update|Sequence)/.test(type)
  )
    return type === "Literal" && typeof node.value === "number" && parent?.type === "ReturnStatement";
  if (parent.type === "VariableDeclarator") return parent.init === node;
  if (parent.type === "AssignmentExpression") return parent.right === node;
  if (parent.type === "ReturnStatement" || parent.type === "ArrayExpression") return true;
  if (parent.type === "Property") return parent.value === node && parent.shorthand !== true;
  if (parent.type === "ArrowFunctionExpression") return parent.body === node;
  if (parent.type === "BinaryExpression") return /^[-+]$/.test(parent.operator ?? "");
  if (parent.type === "ConditionalExpression")
    return (parent as SyntaxNode & { test?: SyntaxNode }).test !== node;
  if (parent.type !== "CallExpression" || parent.callee === node) return false;
  const { callee } = parent;
  return (
    mutators.has(callee?.property?.name ?? "") ||
    callee?.object?.name === "Math" ||
    callee?.type === "Identifier"
  );
}
