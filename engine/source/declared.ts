/** Bindings made by declarations: variables, parameters, loop variables. */
import { bindIdentifier, type Found, type Place } from "./bindings";
import { isFunction, isNode, type Node } from "./node";
import { isDestructuring, targetsOf } from "./patterns";
import type { BindingRole } from "./types";
import { isPlainlyTyped, mayHoldTensor } from "./values";

export function findDeclared(node: Node): Found[] {
  if (node.type === "VariableDeclarator") return findVariable(node);
  if (isFunction(node)) return findParameters(node);
  return [];
}

function findVariable(declarator: Node): Found[] {
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

export function isLoop(node: Node): boolean {
  return node.type === "ForOfStatement" || node.type === "ForInStatement";
}

function findNames(pattern: Node, role: BindingRole, kind: "head" | "after" | "beside", node: Node): Found[] {
  return targetsOf(pattern)
    .filter((target) => target.type === "Identifier" && !isPlainlyTyped(target))
    .map((target) => bindIdentifier(target, role, { kind, node, read: target.name ?? "" }));
}

function findParameters(fn: Node): Found[] {
  const found: Found[] = [];
  for (const parameter of fn.params ?? []) {
    const field = parameter.type === "TSParameterProperty";
    for (const target of targetsOf(parameter)) {
      const { name = "" } = target;
      // `this` stands among the parameters only to have a type.
      if (name === "this" || isPlainlyTyped(target)) continue;
      const place: Place = { kind: "head", node: fn, read: name };
      found.push(bindIdentifier(target, field ? "field" : "parameter", place, field ? `this.${name}` : name));
    }
  }
  return isNode(fn.body) ? found : [];
}
