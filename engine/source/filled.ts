/** Which of its arguments a function of the file writes into. */

import { standsForVariable, type VariableScopes } from "./scope";
import { bare, isFunction, type SyntaxNode } from "./syntax-node";

export const mutators = new Set(["push", "unshift", "set", "fill", "splice", "copyWithin"]);

/**
 * The places of the arguments that a function fills, as its text says: `into[i] += from[i]`.
 * @param nodes all of the file
 * @returns null where the file has no such function, or where its text does not say
 */
export function filledBy(
  name: string,
  nodes: readonly SyntaxNode[],
  scopes: VariableScopes,
): ReadonlySet<number> | null {
  const fn = functionNamed(name, nodes);
  if (fn === null) return null;
  const params = (fn.params ?? []).map((param) => {
    const target = param.left ?? param;
    return target.type === "Identifier" ? scopes.resolve(target).id : null;
  });
  const written = nodes
    .filter(({ start, end }) => fn.start <= start && end <= fn.end)
    .flatMap((node) => rootOf(writtenIn(node)) ?? [])
    .map((root) => params.indexOf(scopes.resolve(root).id))
    .filter((place) => place >= 0);
  return written.length > 0 ? new Set(written) : null;
}

function functionNamed(name: string, nodes: readonly SyntaxNode[]): SyntaxNode | null {
  for (const node of nodes) {
    if (node.id?.name !== name) continue;
    const value = node.type === "VariableDeclarator" && node.init ? bare(node.init) : node;
    if (isFunction(value)) return value;
  }
  return null;
}

/** What a node writes into: `a` of `a[i] += v`, `a[i]++` and `a.push(v)`. */
function writtenIn({ type, left, argument, callee }: SyntaxNode): SyntaxNode | null {
  const target = type === "AssignmentExpression" ? left : type === "UpdateExpression" ? argument : null;
  if (target) return bare(target).type === "MemberExpression" ? bare(target) : null;
  const called = type === "CallExpression" && callee ? bare(callee) : null;
  const isMutator = called?.type === "MemberExpression" && mutators.has(called.property?.name ?? "");
  return isMutator ? (called.object ?? null) : null;
}

function rootOf(target: SyntaxNode | null): SyntaxNode | null {
  let root = target && bare(target);
  while (root?.type === "MemberExpression" && root.object) root = bare(root.object);
  return root && standsForVariable(root) ? root : null;
}
