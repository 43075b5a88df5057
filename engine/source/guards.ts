/** Keeps statements apart that only their types held apart once the types are gone. */
import type { Insertions } from "./edits";
import { type SyntaxNode, statementsOf } from "./syntax-node";

const lists = new Set(["Program", "BlockStatement", "StaticBlock", "SwitchCase", "TSModuleBlock"]);

/** Puts a semicolon behind a statement that the next line would continue. */
export function guardStatements(nodes: readonly SyntaxNode[], text: string, edits: Insertions): void {
  for (const node of nodes) {
    if (!lists.has(node.type)) continue;
    const statements = statementsOf(node);
    for (const [index, statement] of statements.entries()) {
      const next = statements[index + 1];
      if (next && continues(text, statement, next)) edits.wrap(statement.start, statement.end, "", ";");
    }
  }
}

const unfinished = /^(Expression|VariableDecl|Return|Throw)/;

function continues(text: string, statement: SyntaxNode, next: SyntaxNode): boolean {
  if (!unfinished.test(statement.type) || text[statement.end - 1] === ";") return false;
  return /[([`+\-/]/.test(text.charAt(next.start));
}
