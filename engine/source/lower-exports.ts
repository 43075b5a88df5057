/** Writes `export = x` as the CommonJS that it stands for. */
import type { Edits } from "./edits";
import { isNode, type Node } from "./node";

export function lowerExports(nodes: readonly Node[], edits: Edits): void {
  for (const { type, start, expression } of nodes)
    if (type === "TSExportAssignment" && isNode(expression))
      edits.replace(start, expression.start, "module.exports = ");
}
