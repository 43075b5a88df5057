/** Writes the marks by which the code of hand-written layers tells what its assignments and returns give. */
import type { Insertions } from "./edits";
import { mutators } from "./filled";
import { findHandNodes } from "./hand-written";
import { isCustomOp } from "./layers";
import type { Parsed } from "./parsed";
import { isDestructuring } from "./patterns";
import { bare, isClass, isErased, isFunction, isNode, parentOf, type SyntaxNode } from "./syntax-node";

/** Outside of the marks of calls, inside of those of bindings. */
const rank = 1.5;

/** Marks files with a backward pass written by hand; all others stay as they are. */
export function markSteps(parsed: Parsed, edits: Insertions): void {
  const { nodes, file, positions } = parsed;
  if (!nodes.some(isCustomOp) && findHandNodes(parsed).length === 0) return;
  const uses = countNames(nodes);
  for (const node of nodes) {
    const fn = isGiving.has(node.type) ? functionAround(node) : null;
    if (fn === null) continue;
    const used = uses.get(nameOf(fn) ?? "") ?? 0;
    const kind = kindOf(node);
    for (const value of valuesOf(node)) {
      const { line, column, endLine, endColumn } = positions.range(value.start, value.end);
      const place = [file, line, column, endLine, endColumn, used, kind].join(":");
      edits.wrap(value.start, value.end, `__gradlens.step(${JSON.stringify(place)}, `, ")", rank);
    }
  }
}

const isGiving = new Set([
  "VariableDeclarator",
  "AssignmentExpression",
  "ReturnStatement",
  "ArrowFunctionExpression",
  "CallExpression",
]);

/** What gets the value: a variable of its own, an element, or others; in capitals where it is taken away from that. */
function kindOf({ type, left, operator }: SyntaxNode): string {
  const target = left && bare(left).type;
  const kind =
    type === "VariableDeclarator" || target === "Identifier"
      ? "v"
      : target === "MemberExpression"
        ? "e"
        : "o";
  return operator === "-=" ? kind.toUpperCase() : kind;
}

/** How often each name stands in the file, besides where it is declared. */
function countNames(nodes: readonly SyntaxNode[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, name, parent } of nodes) {
    if ((type !== "Identifier" && type !== "PrivateIdentifier") || name === undefined) continue;
    const isDeclared = parent?.id?.name === name || parent?.key?.name === name;
    if (!isDeclared) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** The name of the outermost function with a name of its own around a place: a callback belongs to what calls it. */
function nameOf(fn: SyntaxNode): string | null {
  let found: string | null = null;
  for (let outer: SyntaxNode | null = fn; outer; outer = outer.parent) {
    const holder = parentOf(outer);
    const name = isFunction(outer) ? (outer.id?.name ?? holder?.id?.name ?? holder?.key?.name) : undefined;
    if (name !== undefined) found = name;
  }
  return found;
}

function functionAround(node: SyntaxNode): SyntaxNode | null {
  for (let outer: SyntaxNode | null = node; outer; outer = outer.parent) if (isFunction(outer)) return outer;
  return null;
}

/** The expressions whose values a node gives a name, puts into an array or returns. */
function valuesOf(node: SyntaxNode): SyntaxNode[] {
  const { type, id, init, right, operator, argument, parent, callee, body } = node;
  if (type === "VariableDeclarator" && init && id) {
    const isHead = /^For/.test(parent?.parent?.type ?? "") && parent?.parent?.body !== parent;
    return isHead ? [] : partsOf(init, !isDestructuring(id));
  }
  if (type === "AssignmentExpression" && right && /^[-+*/]?=$/.test(operator ?? ""))
    return isCounter(node) ? [] : partsOf(right, true);
  if (type === "ReturnStatement" && argument) return partsOf(argument, false);
  if (type === "ArrowFunctionExpression" && isNode(body) && body.type !== "BlockStatement")
    return partsOf(body, false);
  if (type !== "CallExpression" || parentOf(node)?.type !== "ExpressionStatement" || !callee) return [];
  const called = bare(callee);
  const isMutator = called.type === "MemberExpression" && mutators.has(called.property?.name ?? "");
  return (node.arguments ?? []).flatMap((each) => partsOf(each, isMutator));
}

/** In the head of a `for`, where it counts. */
function isCounter(node: SyntaxNode): boolean {
  let inner = node;
  while (inner.parent?.type === "SequenceExpression") inner = inner.parent;
  const { parent } = inner as SyntaxNode & {
    readonly parent: (SyntaxNode & { readonly update?: SyntaxNode }) | null;
  };
  return parent?.type === "ForStatement" && parent.body !== inner;
}

/** A list or an object that is put together counts by its parts. @param names whether a mere name is a value */
function partsOf(value: SyntaxNode, names: boolean): SyntaxNode[] {
  const inner = bare(value);
  if (inner.type === "ArrayExpression") {
    const parts = (inner.elements ?? []).flatMap((each) => (each ? partsOf(each, false) : []));
    // What is put together of several arrays is one array more.
    const isJoined = inner.elements?.some((each) => each?.type === "SpreadElement") ?? false;
    return isJoined ? [...parts, inner] : parts;
  }
  if (inner.type === "ObjectExpression")
    return (inner.properties ?? []).flatMap((property) => {
      if (property.type === "SpreadElement" && property.argument) return partsOf(property.argument, false);
      const isPlain = property.type === "Property" && !property.shorthand && !property.method;
      return isPlain && isNode(property.value) ? partsOf(property.value, false) : [];
    });
  if (inner.type === "SpreadElement" && inner.argument) return partsOf(inner.argument, false);
  if (inner.type === "UnaryExpression" && inner.argument?.type === "Literal") return [];
  const isOther = isFunction(inner) || isClass(inner) || isErased(inner) || unmarked.has(inner.type);
  return isOther || (!names && references.has(inner.type)) ? [] : [inner];
}

const references = new Set(["Identifier", "MemberExpression"]);
const unmarked = new Set([
  "Literal",
  "TemplateLiteral",
  "NewExpression",
  "ThisExpression",
  "Super",
  "SequenceExpression",
  "YieldExpression",
]);
