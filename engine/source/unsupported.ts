/** What is legal TypeScript but cannot be run here: each with a sentence that says so. */
import { findUnusable } from "./lower-using";
import { isModuleOnly } from "./module-edges";
import type { SyntaxNode } from "./syntax-node";

export interface Unsupported {
  readonly node: SyntaxNode;
  readonly message: string;
  readonly hint: string;
}

const misplacedUsing = {
  message: "`using` is not supported at the top of a file that exports, nor in the head of a plain `for`",
  hint: "Put it into a function or a block.",
};

const mixedExports = {
  message: "`export =` is not supported in an ES module",
  hint: "Use `export default` or named exports, or `import … = require(…)` for all that the file imports.",
};

const computedAccessor = {
  message: "An `accessor` with a computed name is not supported in a model file",
  hint: "Give it a plain name, or write a getter and a setter.",
};

/** The first thing in the tree that Gradlens cannot run, or null. */
export function findUnsupported(nodes: readonly SyntaxNode[]): Unsupported | null {
  for (const node of nodes) {
    const found = unsupportedAt(node, nodes);
    if (found) return found;
  }
  return null;
}

function unsupportedAt(node: SyntaxNode, nodes: readonly SyntaxNode[]): Unsupported | null {
  switch (node.type) {
    case "TSExportAssignment":
      return nodes.some(isModuleOnly) ? { node, ...mixedExports } : null;
    case "TSNamespaceExportDeclaration":
      return {
        node,
        message: "`export as namespace` is not supported in a model file",
        hint: "It belongs into a .d.ts file: leave it out here.",
      };
    case "TSImportEqualsDeclaration":
      return unsupportedImport(node);
    case "VariableDeclaration":
      return findUnusable(node) ? { node, ...misplacedUsing } : null;
    case "PropertyDefinition":
      return node.accessor && node.computed ? { node, ...computedAccessor } : null;
    default:
      return null;
  }
}

function unsupportedImport(node: SyntaxNode): Unsupported | null {
  if (!node.isExport) return null;
  return {
    node,
    message: "`export import … =` is not supported in a model file",
    hint: "Write `export const a = b.c;`.",
  };
}
