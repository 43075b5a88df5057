/** Changes of how an expression is put together: signs, operators, brackets, what is too much. */
import { isNode, type SyntaxNode } from "../syntax-node";
import type { Found } from "./found";
import { assignments, operators, similar } from "./odds";
import type { Purpose } from "./purpose";

/** What is likely in the place of a node, by its text alone. */
export function restructure(node: SyntaxNode, purpose: Purpose, found: Found): void {
  const { type } = node;
  if (type === "BinaryExpression" || type === "LogicalExpression") binary(node, purpose, found);
  else if (type === "UnaryExpression") unary(node, found);
  else if (type === "ConditionalExpression") conditional(node, found);
  else if (type === "AssignmentExpression") assignment(node, found);
  else if (type === "IfStatement") condition(node, found);
  else if (type === "CallExpression") call(node, found);
  else if (type === "MemberExpression" && purpose === "value") exchange(node, found);
}

/** The operator's own place: between the operands, outside of their brackets. */
function operatorOf(
  { left, right, operator = "" }: SyntaxNode,
  found: Found,
): { start: number; end: number } | null {
  if (!left || !right) return null;
  const between = found.text
    .slice(left.end, right.start)
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (c) => " ".repeat(c.length));
  const at = between.indexOf(operator);
  return at < 0 ? null : { start: left.end + at, end: left.end + at + operator.length };
}

function binary(node: SyntaxNode, purpose: Purpose, found: Found): void {
  const { left, right, operator = "" } = node;
  const at = operatorOf(node, found);
  if (!left || !right || !at) return;
  const [a, b] = [found.own(left), found.own(right)];
  for (const [other, cost] of operators[operator] ?? []) found.put(node, cost, ` ${other} `, at);
  if (purpose === "head") return;
  if (operator === "+" || operator === "-") {
    const cost = purpose === "index" ? 1.4 : 2.3;
    found.put(node, cost, `(${a})`);
    found.put(node, cost + 0.1, `(${operator === "-" ? "-" : ""}(${b}))`);
    if (operator === "-") found.put(node, left.type === "Literal" ? 1.9 : 1.2, `((${b}) - (${a}))`);
    if (operator === "-" && left.type === "Literal" && purpose === "value") {
      found.put(node, 1.55, `((${a} - (${b})) * (${b}))`);
      found.put(node, 1.55, `(${a} - (${b}) * (${b}))`);
    }
    if (operator === "+") found.put(node, 1.9, `((${b}) - (${a}))`);
    regroup(node, left, right, found);
  } else if (operator === "*" || operator === "/") {
    found.put(node, 1.8, `(${a})`);
    if (operator === "*") found.put(node, 1.9, `(${b})`);
    if (operator === "/") found.put(node, 1.7, `((${b}) / (${a}))`);
    for (const inner of [left, right]) spread(node, inner, found);
  } else if (operator === "&&" || operator === "||") {
    found.put(node, 2, `(${a})`);
    found.put(node, 2.1, `(${b})`);
  }
}

/** `a * b - c` for `a * (b - c)`. */
function regroup(node: SyntaxNode, left: SyntaxNode, right: SyntaxNode, found: Found): void {
  const { operator } = node;
  if (left.type === "BinaryExpression" && left.operator === "*" && left.left && left.right) {
    const [a, b, c] = [left.left, left.right, right].map((each) => found.own(each));
    found.put(node, 1.9, `((${a}) * ((${b}) ${operator} (${c})))`);
    found.put(node, 2, `((${b}) * ((${a}) ${operator} (${c})))`);
  }
  if (right.type === "BinaryExpression" && right.operator === "*" && right.left && right.right) {
    const [a, b, c] = [left, right.left, right.right].map((each) => found.own(each));
    found.put(node, 1.9, `(((${a}) ${operator} (${b})) * (${c}))`);
  }
}

/** `a * (b - c)` for `a * b - c`. */
function spread(node: SyntaxNode, inner: SyntaxNode, found: Found): void {
  const { left, right } = node;
  if (!left || !right) return;
  if (inner.type !== "BinaryExpression" || !inner.left || !inner.right) return;
  if (inner.operator !== "+" && inner.operator !== "-") return;
  const [b, c] = [found.own(inner.left), found.own(inner.right)];
  const factor = found.own(inner === left ? right : left);
  const sign = node.operator ?? "*";
  if (inner === left) {
    found.put(node, 1.9, `((${b}) ${sign} (${factor}) ${inner.operator} (${c}))`);
    found.put(node, 1.9, `((${b}) ${inner.operator} (${c}) ${sign} (${factor}))`);
  } else if (sign === "*") {
    found.put(node, 1.9, `((${factor}) * (${b}) ${inner.operator} (${c}))`);
  }
}

function unary(node: SyntaxNode, found: Found): void {
  if (node.argument && (node.operator === "-" || node.operator === "!"))
    found.put(node, 0.9, `(${found.own(node.argument)})`);
}

function conditional(node: SyntaxNode, found: Found): void {
  const { test, consequent, alternate } = node as SyntaxNode &
    Record<"test" | "alternate", SyntaxNode | undefined>;
  if (!test || !isNode(consequent) || !alternate) return;
  const [c, a, b] = [test, consequent, alternate].map((each) => found.own(each));
  found.put(node, 1.1, `((${c}) ? (${b}) : (${a}))`);
  found.put(node, 2.2, `(${a})`);
  found.put(node, 2.3, `(${b})`);
}

function assignment(node: SyntaxNode, found: Found): void {
  const at = operatorOf(node, found);
  if (!at) return;
  for (const [other, cost] of assignments[node.operator ?? ""] ?? []) found.put(node, cost, ` ${other} `, at);
}

function condition(node: SyntaxNode, found: Found): void {
  const { test } = node as SyntaxNode & { readonly test?: SyntaxNode };
  if (!test) return;
  found.put(node, 1.8, `!(${found.own(test)})`, test);
  found.put(node, 2.2, "true", test);
  found.put(node, 2.6, "false", test);
}

function call(node: SyntaxNode, found: Found): void {
  const { callee, arguments: given = [] } = node;
  const [first] = given;
  const name = callee?.object?.name === "Math" ? (callee.property?.name ?? "") : null;
  if (name === null || !callee?.property || !first) return;
  for (const other of similar.find((list) => list.includes(name)) ?? [])
    if (other !== name) {
      found.put(node, 1.3, other, callee.property);
      found.put(node, 2, `(-Math.${other}(${given.map((each) => found.own(each)).join()}))`);
    }
  found.put(node, 2.1, `(${found.own(first)})`);
}

/** `a[i][j]` for `a[j][i]`. */
function exchange(node: SyntaxNode, found: Found): void {
  const inner = node.object;
  if (!node.computed || !inner?.computed || !inner.object || !inner.property || !node.property) return;
  const [list, i, j] = [inner.object, inner.property, node.property].map((each) => found.own(each));
  if (i !== j) found.put(node, 1.3, `${list}[${j}][${i}]`);
}
