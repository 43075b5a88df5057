/** Bindings made by statements and expressions: assignments, fields, returns. */

import { isLoop } from "./declared";
import { bindIdentifier, type FoundBinding, type MarkPlace } from "./found-binding";
import { functionAround, nameExpression, nameField, nameFunction, nameFunctionAround } from "./names";
import { isDestructuring, targetsOf } from "./patterns";
import { bare, endOfName, isFunction, isNode, type SyntaxNode } from "./syntax-node";
import { isPlainReference, mayHoldTensor } from "./values";

export function findAssigned(node: SyntaxNode, text: string): FoundBinding[] {
  switch (node.type) {
    case "AssignmentExpression":
      return findAssignment(node, text);
    case "PropertyDefinition":
      return findField(node);
    case "ReturnStatement":
      return findReturn(node);
    case "ArrowFunctionExpression":
      return findArrowResult(node, text);
    default:
      return isLoop(node) ? findLoopTarget(node, text) : [];
  }
}

const storing = new Set(["=", "??=", "||=", "&&="]);

function findAssignment(node: SyntaxNode, text: string): FoundBinding[] {
  const { left, right, operator = "" } = node;
  if (!left || !right || !storing.has(operator) || !mayHoldTensor(right)) return [];
  if (!isDestructuring(left)) return bindTarget(bare(left), { kind: "around", node });
  return targetsOf(left)
    .filter(isPlainReference)
    .flatMap((target) => bindTarget(target, { kind: "with", node, read: readOf(target, text) }));
}

function findLoopTarget(loop: SyntaxNode, text: string): FoundBinding[] {
  const { left, type } = loop;
  if (!left || type === "ForInStatement" || left.type === "VariableDeclaration") return [];
  return targetsOf(left)
    .filter(isPlainReference)
    .flatMap((target) => bindTarget(target, { kind: "head", node: loop, read: readOf(target, text) }))
    .map((found) => ({ ...found, role: "loop" }));
}

/** What reads a plain reference, without the types in it. */
function readOf(target: SyntaxNode, text: string): string {
  const { type, start, object, property, computed } = bare(target);
  if (type !== "MemberExpression" || !isNode(object) || !isNode(property))
    return text.slice(start, endOfName(bare(target), text));
  const key = readOf(property, text);
  return computed ? `${readOf(object, text)}[${key}]` : `${readOf(object, text)}.${key}`;
}

function bindTarget(target: SyntaxNode, place: MarkPlace): FoundBinding[] {
  if (target.type === "Identifier") return [bindIdentifier(target, "assignment", place)];
  const { property, computed, start, end } = target;
  if (target.type !== "MemberExpression" || !property) return [];
  const name = nameExpression(target);
  if (computed) return [{ name, role: "element", start, end, place, target }];
  return [{ name, role: "field", start: property.start, end: property.end, place, target }];
}

function findField(node: SyntaxNode): FoundBinding[] {
  const { key, value } = node;
  const name = nameField(node);
  if (!key || !name || !isNode(value) || !mayHoldTensor(value)) return [];
  const place: MarkPlace = { kind: "around", node: value };
  return [{ name, role: "field", start: key.start, end: key.end, place, target: node }];
}

function findReturn(node: SyntaxNode): FoundBinding[] {
  const value = node.argument;
  if (!value || !mayHoldTensor(value)) return [];
  const name = nameResult(functionAround(node));
  const end = node.start + "return".length;
  return [
    { name, role: "return", start: node.start, end, place: { kind: "around", node: value }, target: null },
  ];
}

function findArrowResult(fn: SyntaxNode, text: string): FoundBinding[] {
  const { body } = fn;
  if (!isNode(body) || body.type === "BlockStatement" || !mayHoldTensor(body)) return [];
  const start = text.lastIndexOf("=>", body.start);
  const place: MarkPlace = { kind: "around", node: body };
  return [{ name: nameResult(fn), role: "return", start, end: start + 2, place, target: null }];
}

/** A callback without a name is told apart by the function that it stands in. */
function nameResult(fn: SyntaxNode | null): string {
  if (!fn || !isFunction(fn)) return "return";
  return nameFunction(fn) ?? nameFunctionAround(fn) ?? "return";
}
