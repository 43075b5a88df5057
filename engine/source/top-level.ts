/** What a file declares at its top. */

import { targetsOf } from "./patterns";
import { isErased, type SyntaxNode, statementsOf } from "./syntax-node";

/** The variables of a block that its statements themselves declare, in order. */
export function topVariables(block: SyntaxNode): { readonly name: string; readonly isFixed: boolean }[] {
  return statementsOf(block).flatMap((statement) => variablesIn(statement.declaration ?? statement));
}

/** Those of one declaration; none of `using`, which stands in a block of its own when it runs. */
export function variablesIn(node: SyntaxNode): { readonly name: string; readonly isFixed: boolean }[] {
  if (node.type !== "VariableDeclaration" || isErased(node)) return [];
  if (!["let", "var", "const"].includes(node.kind ?? "")) return [];
  const names = (node.declarations ?? []).flatMap(({ id }) => (id ? targetsOf(id) : []));
  return names.flatMap(({ name }) => (name ? [{ name, isFixed: node.kind === "const" }] : []));
}
