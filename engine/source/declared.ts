/** Bindings made by declarations: variables, parameters, loop variables. */
import { bindIdentifier, type FoundBinding, type MarkPlace } from "./found-binding";
import { isDestructuring, targetsOf } from "./patterns";
import { isFunction, isNode, type SyntaxNode } from "./syntax-node";
import type { BindingRole } from "./types";
import { isPlainlyTyped, mayHoldTensor } from "./values";

export function findDeclared(node: SyntaxNode): FoundBinding[] {
  if (node.type === "VariableDeclarator") return findVariable(node);
  if (isFunction(node)) return findParameters(node);
  return [];
}

function findVariable(declarator: SyntaxNode): FoundBinding[] {
  const { id, init, parent: declaration } = declarator;
  const outer = declaration?.parent;
  if (!id || !declaration || !outer) return [];
  if (isLoop(outer) && outer.left === declaration) {
    return outer.type === "ForInStatement" ? [] : findNames(id, "loop", "head", outer);
  }
  if (!init || !mayHoldTensor(init)) return [];
  if (isDestructuring(id)) {
    const inHead = outer.type === "ForStatement" && outer.init === declaration;
    return findNames(id, "declaration", inHead ? "beside" : "after", inHead ? declarator : declaration);
  }
  return isPlainlyTyped(id) ? [] : [bindIdentifier(id, "declaration", { kind: "around", node: init })];
}

export function isLoop(node: SyntaxNode): boolean {
  return node.type === "ForOfStatement" || node.type === "ForInStatement";
}

function findNames(
  pattern: SyntaxNode,
  role: BindingRole,
  kind: "head" | "after" | "beside",
  node: SyntaxNode,
): FoundBinding[] {
  return targetsOf(pattern)
    .filter((target) => target.type === "Identifier" && !isPlainlyTyped(target))
    .map((target) => bindIdentifier(target, role, { kind, node, read: target.name ?? "" }));
}

function findParameters(fn: SyntaxNode): FoundBinding[] {
  const found: FoundBinding[] = [];
  for (const parameter of fn.params ?? []) {
    const field = parameter.type === "TSParameterProperty";
    for (const target of targetsOf(parameter)) {
      const { name = "" } = target;
      // `this` stands among the parameters only to have a type.
      if (name === "this" || isPlainlyTyped(target)) continue;
      const place: MarkPlace = { kind: "head", node: fn, read: name };
      found.push(bindIdentifier(target, field ? "field" : "parameter", place, field ? `this.${name}` : name));
    }
  }
  return isNode(fn.body) ? found : [];
}
