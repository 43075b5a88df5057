/** Rewrites `import a = B.c` and `import a = require("b")` as constants. */
import type { Insertions } from "./edits";
import { namesUsed } from "./erase-modules";
import { blank } from "./scan";
import type { SyntaxNode } from "./syntax-node";

export function lowerAliases(nodes: readonly SyntaxNode[], text: string, edits: Insertions): void {
  const aliases = nodes.filter(
    (node) => node.type === "TSImportEqualsDeclaration" && node.importKind !== "type",
  );
  if (aliases.length === 0) return;
  const used = namesUsed(nodes);
  for (const { start, end, id } of aliases) {
    if (used.has(id?.name ?? "")) edits.replace(start, start + "import".length, "const");
    else edits.replace(start, end, `;${blank(text.slice(start, end))}`);
  }
}
