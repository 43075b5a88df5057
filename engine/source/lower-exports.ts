/** Writes `export = x` as the CommonJS that it stands for. */
import type { Insertions } from "./edits";
import { isNode, type SyntaxNode } from "./syntax-node";

export function lowerExports(nodes: readonly SyntaxNode[], edits: Insertions): void {
  for (const { type, start, expression } of nodes)
    if (type === "TSExportAssignment" && isNode(expression))
      edits.replace(start, expression.start, "module.exports = ");
}
