/** The parameters of a function as a person named them. */

import { targetsOf } from "./patterns";
import { bare, isNode, type SyntaxNode } from "./syntax-node";
import type { SourceParameter } from "./types";

/** In order, without TypeScript's `this`. */
export function readParameters(fn: SyntaxNode): SourceParameter[] {
  return (fn.params ?? []).filter((each) => each.name !== "this").map(readParameter);
}

function readParameter(parameter: SyntaxNode): SourceParameter {
  const rest = parameter.type === "RestElement";
  const inside = rest ? parameter.argument : parameter;
  const pattern = inside && bare(inside.type === "AssignmentPattern" ? (inside.left ?? inside) : inside);
  if (!pattern) return { name: "", parts: [], rest };
  if (pattern.type === "Identifier") return { name: pattern.name ?? "", parts: [], rest };
  const isList = pattern.type === "ArrayPattern";
  const members = isList ? (pattern.elements ?? []) : (pattern.properties ?? []);
  const parts = members.map((each) => {
    const value = each && isNode(each.value) ? each.value : each;
    return (value && targetsOf(value)[0]?.name) ?? "";
  });
  return { name: "", parts, rest };
}

/** What the gradient that comes in is called. */
const incoming =
  /^_*(?:g|gr|gy|grads?|dout|dy|dz|dloss|d[A-Z_]\w*|d(?:next|prev)\w*|d[a-z]{1,2}\d?|grad[A-Z_\d]\w*|\w+_?[gG]rad(?:ient)?|up|upstream\w*|delta\w*|gout|cot\w*|\w*[bB]ar)$/;

/** How many parameters, from the first on, are gradients by their names. */
export function countIncoming(fn: SyntaxNode): number {
  const names = readParameters(fn).map(({ name, parts }) => (parts.length > 0 ? (parts[0] ?? "") : name));
  const other = names.findIndex((name) => !incoming.test(name));
  return other < 0 ? names.length : other;
}
