/** Finds what a person wrote by hand to be differentiated: classes, objects and pairs of functions with a forward and a backward. */

import { findGradients } from "./gradients";
import type { HandNode } from "./hand-node";
import { nameClass, nameExpression, nameKey } from "./names";
import { findMemberPairs, findPairs } from "./pairs";
import { countIncoming, readParameters } from "./parameters";
import type { Parsed } from "./parsed";
import {
  bare,
  isClass,
  isErased,
  isFunction,
  isNode,
  parentOf,
  type SyntaxNode,
  statementsOf,
} from "./syntax-node";
import type { SourceLayer } from "./types";

export function findHandNodes(parsed: Parsed): HandNode[] {
  const { nodes } = parsed;
  return [
    ...nodes.filter(isClass).flatMap((node) => ofClass(node, nodes)),
    ...nodes.filter(({ type }) => type === "ObjectExpression").flatMap(ofObject),
    ...nodes.filter((node) => isClass(node) || node.type === "ObjectExpression").flatMap(findMemberPairs),
    ...findPairs(parsed),
  ];
}

export function describeHandNode(
  { kind, name, node, forward, backward, names, holder = node }: HandNode,
  parsed: Parsed,
): SourceLayer {
  const at = (part: SyntaxNode) => parsed.positions.range(part.start, part.end);
  return {
    kind,
    name,
    owner: null,
    type: node.superClass ? nameExpression(node.superClass) : null,
    isMade: parsed.nodes.some(({ type, callee }) => type === "NewExpression" && callee?.name === name),
    range: at(node),
    forward: at(declaring(forward)),
    backward: at(declaring(backward)),
    inputs: readParameters(forward),
    takes: readParameters(backward),
    incoming: countIncoming(backward),
    places: { forward: at(forward), backward: at(backward), holder: at(holder) },
    ...(names && { names }),
    gradients: findGradients(backward, parsed),
  };
}

/** The method or the statement around a function, with the `export` before it. */
function declaring(fn: SyntaxNode): SyntaxNode {
  const parent = parentOf(fn);
  if (parent && /Definition$|Property$/.test(parent.type)) return parent;
  const statement = parent?.type === "VariableDeclarator" ? (parent.parent ?? fn) : fn;
  return statement.parent?.type === "ExportNamedDeclaration" ? statement.parent : statement;
}

/** The key under which the running file tells of a layer: its place. */
export function layerKey(
  file: string,
  { line, column }: { readonly line: number; readonly column: number },
): string {
  return `${file}:${line}:${column}`;
}

/** A class with both methods; what it does not have itself may stand in a class of the same file that it extends. */
function ofClass(node: SyntaxNode, nodes: readonly SyntaxNode[]): HandNode[] {
  const name = nameClass(node) ?? "(class)";
  return [false, true]
    .flatMap((isStatic): HandNode[] => {
      const own = ["forward", "backward"].filter((key) => methodOf(node, key, isStatic));
      const forward = inherited(node, nodes, (each) => methodOf(each, "forward", isStatic));
      const backward = inherited(node, nodes, (each) => methodOf(each, "backward", isStatic));
      if (!forward || !backward || (own.length === 0 && isStatic)) return [];
      return [{ kind: isStatic ? "object" : "class", name, node, forward, backward }];
    })
    .slice(0, 1);
}

function inherited<T>(
  node: SyntaxNode,
  nodes: readonly SyntaxNode[],
  find: (node: SyntaxNode) => T | null,
): T | null {
  const seen = new Set<SyntaxNode>();
  for (let type: SyntaxNode | undefined = node; type && !seen.has(type); type = baseOf(type, nodes)) {
    seen.add(type);
    const found = find(type);
    if (found) return found;
  }
  return null;
}

function baseOf({ superClass }: SyntaxNode, nodes: readonly SyntaxNode[]): SyntaxNode | undefined {
  const name = superClass && bare(superClass).name;
  return name ? nodes.find((node) => isClass(node) && nameClass(node) === name) : undefined;
}

function methodOf({ body }: SyntaxNode, key: string, isStatic: boolean): SyntaxNode | null {
  const members = isNode(body) ? statementsOf(body).filter((member) => !isErased(member)) : [];
  const member = members.find((each) => (each.static ?? false) === isStatic && nameKey(each) === key);
  const value = isNode(member?.value) ? bare(member.value) : null;
  return value && isFunction(value) ? value : null;
}

/** `{ forward(x) { … }, backward(g) { … } }`, by itself or as what a function returns. */
function ofObject(node: SyntaxNode): HandNode[] {
  const find = (key: string) => {
    const property = node.properties?.find((each) => each.type === "Property" && nameKey(each) === key);
    const value = isNode(property?.value) ? bare(property.value) : null;
    return value && isFunction(value) ? value : value?.type === "Identifier" ? functionNamed(value) : null;
  };
  const parent = parentOf(node);
  const isArgument =
    parent?.type === "CallExpression" && (parent.callee?.property ?? parent.callee)?.name === "customOp";
  const forward = find("forward");
  const backward = find("backward");
  return forward && backward && !isArgument
    ? [{ kind: "object", name: nameObject(node), node, forward, backward }]
    : [];
}

/** The function that a name stands for in the blocks around it. */
function functionNamed({ name, parent }: SyntaxNode): SyntaxNode | null {
  for (let outer = parent; outer; outer = outer.parent) {
    for (const statement of statementsOf(outer)) {
      const node = statement.declaration ?? statement;
      if (node.type === "FunctionDeclaration" && node.id?.name === name) return node;
      const init = node.declarations?.find(({ id }) => id?.name === name)?.init;
      const value = init && bare(init);
      if (value && isFunction(value)) return value;
    }
  }
  return null;
}

/** The variable that holds the object, or the function that makes it. */
function nameObject(node: SyntaxNode): string {
  for (let inner = node, outer = parentOf(node); outer; inner = outer, outer = parentOf(outer)) {
    if (outer.type === "VariableDeclarator" && outer.id?.name) return outer.id.name;
    if (outer.type === "AssignmentExpression" && outer.left) return nameExpression(outer.left);
    if ((outer.type === "Property" || outer.type === "PropertyDefinition") && inner !== outer.key)
      return nameKey(outer) ?? "(object)";
    if (outer.type === "FunctionDeclaration") return outer.id?.name ?? "(object)";
    if (outer.type === "ExportDefaultDeclaration") return "default";
  }
  return "(object)";
}
