/** Takes everything out of a text that only the type checker reads; the line breaks stay. */

import type { Insertions } from "./edits";
import type { Erase } from "./erase-members";
import { eraseMember } from "./erase-members";
import { eraseExport, eraseImport, namesUsed } from "./erase-modules";
import { blank, findSign, skipTrivia } from "./scan";
import {
  endOfName,
  isClass,
  isErased,
  isFunction,
  isNode,
  type SyntaxNode,
  statementsOf,
} from "./syntax-node";

export function eraseTypes(nodes: readonly SyntaxNode[], text: string, edits: Insertions): void {
  const erase: Erase = (start, end) => {
    if (end > start) edits.replace(start, end, blank(text.slice(start, end)));
  };
  const used = namesUsed(nodes);
  for (const node of nodes) {
    eraseStatements(node, text, edits);
    eraseAnnotations(node, text, edits, erase);
    eraseExpression(node, text, edits, erase);
    if (isFunction(node)) eraseThis(node, text, erase);
    if (isClass(node)) eraseClassHead(node, text, erase);
    if (node.parent?.type === "ClassBody") eraseMember(node, text, edits, erase);
    if (node.type === "ImportDeclaration") eraseImport(node, used, text, edits);
    if (node.type === "ExportNamedDeclaration") eraseExport(node, nodes, text, edits);
  }
}

/** A statement or a class member of types alone leaves a semicolon, so that its neighbours stay apart. */
function eraseStatements(owner: SyntaxNode, text: string, edits: Insertions): void {
  for (const statement of statementsOf(owner)) {
    if (!isNode(statement) || !vanishes(statement)) continue;
    edits.replace(statement.start, statement.end, `;${blank(text.slice(statement.start, statement.end))}`);
  }
}

/** Whether nothing of a statement runs. */
function vanishes(statement: SyntaxNode): boolean {
  const inner = isNode(statement.declaration) ? statement.declaration : statement;
  const typesOnly = statement.exportKind === "type" || statement.importKind === "type";
  return isErased(inner) || (typesOnly && /^(Import|Export|TSImport)/.test(statement.type));
}

const typed = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSTypeAssertion"]);

function eraseAnnotations(node: SyntaxNode, text: string, edits: Insertions, erase: Erase): void {
  if (node.type === "Identifier") {
    const start = endOfName(node, text);
    if (node.end > start && text.startsWith(node.name ?? "", node.start)) erase(start, node.end);
  } else if (node.typeAnnotation && !typed.has(node.type) && node.type !== "PropertyDefinition") {
    erase(node.typeAnnotation.start, node.typeAnnotation.end);
  }
  if (node.returnType) eraseReturnType(node, node.returnType, text, edits, erase);
  if (node.typeParameters && node.type !== "TSInstantiationExpression") {
    eraseTypeParameters(node.typeParameters, text, edits, erase);
  }
  const given = node.typeArguments;
  if (given) erase(given.start, given.end);
}

const lineBreak = /[\r\n]/;

/** No line may end between the parameters of an arrow function and its arrow: the bracket moves down. */
function eraseReturnType(
  fn: SyntaxNode,
  type: SyntaxNode,
  text: string,
  edits: Insertions,
  erase: Erase,
): void {
  const gap = text.slice(type.start, type.end);
  const bracket = text.lastIndexOf(")", type.start);
  if (fn.type !== "ArrowFunctionExpression" || !lineBreak.test(gap)) erase(type.start, type.end);
  else edits.replace(bracket, type.end, `${blank(text.slice(bracket, type.end))})`);
}

/** Nor may one end in front of them, after `async` or `return`: the line breaks move inside. */
function eraseTypeParameters(type: SyntaxNode, text: string, edits: Insertions, erase: Erase): void {
  const gap = text.slice(type.start, type.end);
  const bracket = skipTrivia(text, type.end);
  if (!lineBreak.test(gap) || text[bracket] !== "(") erase(type.start, type.end);
  else edits.replace(type.start, bracket + 1, `(${blank(text.slice(type.start, bracket))}`);
}

function eraseExpression(node: SyntaxNode, text: string, edits: Insertions, erase: Erase): void {
  const { type, expression, start, end } = node;
  if (!isNode(expression)) return;
  if (type === "TSNonNullExpression") erase(end - 1, end);
  else if (type === "TSAsExpression") erase(findSign(text, "as", expression.end, end), end);
  else if (type === "TSSatisfiesExpression") erase(findSign(text, "satisfies", expression.end, end), end);
  else if (type === "TSTypeAssertion" && node.typeAnnotation) {
    const close = findSign(text, ">", node.typeAnnotation.end, expression.start) + 1;
    const broken = lineBreak.test(text.slice(start, close));
    edits.replace(start, close, broken ? `(${blank(text.slice(start, close))}` : " ");
    if (broken) edits.wrap(start, end, "", ")", 9);
  }
}

/** `this` among the parameters has a type and nothing else. */
function eraseThis({ params = [] }: SyntaxNode, text: string, erase: Erase): void {
  const [first, second] = params;
  if (first?.type !== "Identifier" || first.name !== "this") return;
  const after = skipTrivia(text, first.end);
  erase(first.end, second ? second.start : text[after] === "," ? after + 1 : first.end);
  erase(first.start, first.start + "this".length);
}

function eraseClassHead(node: SyntaxNode, text: string, erase: Erase): void {
  if (node.abstract) erase(node.start, node.start + "abstract".length);
  const parent = node.superTypeParameters ?? node.superTypeArguments;
  if (parent) erase(parent.start, parent.end);
  const [first] = node.implements ?? [];
  const last = node.implements?.at(-1);
  if (first && last) erase(text.lastIndexOf("implements", first.start), last.end);
}
