/** Keeps statements apart that only their types held apart once the types are gone. */
import type { Edits } from "./edits";
import { isErased, isNode, type Node, statementsOf } from "./node";
import type { Parsed } from "./parse";

const lists = new Set(["Program", "BlockStatement", "StaticBlock", "SwitchCase", "TSModuleBlock"]);

/** Puts semicolons where none was needed before: in front of what is erased, and behind what the next line would continue. */
export function guardStatements({ nodes, text }: Parsed, edits: Edits): void {
  for (const node of nodes) {
    if (!lists.has(node.type)) continue;
    const statements = statementsOf(node);
    for (const [index, statement] of statements.entries()) {
      if (vanishes(statement)) edits.wrap(statement.start, statement.end, ";", "");
      const next = statements[index + 1];
      if (next && continues(text, statement, next)) edits.wrap(statement.start, statement.end, "", ";");
    }
  }
}

function vanishes(statement: Node): boolean {
  const inner = isNode(statement.declaration) ? statement.declaration : statement;
  return isErased(inner) || statement.exportKind === "type" || statement.importKind === "type";
}

const unfinished = /^(Expression|VariableDecl|Return|Throw)/;

function continues(text: string, statement: Node, next: Node): boolean {
  if (!unfinished.test(statement.type) || text[statement.end - 1] === ";") return false;
  return /[([`+\-/]/.test(text.charAt(next.start));
}
