/** Changes of whole statements. */
import { isNode, type SyntaxNode } from "../syntax-node";
import type { Puts } from "./puts";

/** The statement of a block, or of the file, that holds a node; null in a field of a class or a function without a block. */
function statementAround(node: SyntaxNode): SyntaxNode | null {
  for (let at: SyntaxNode | null = node; at?.parent; at = at.parent) {
    const { type, body } = at.parent;
    if (
      /^(PropertyDefinition|ArrowFunctionExpression)$/.test(type) &&
      (!isNode(body) || body.type !== "BlockStatement")
    )
      return null;
    if (/^(Program|BlockStatement|StaticBlock)$/.test(type)) return at;
  }
  return null;
}

export function insert(node: SyntaxNode, where: "before" | "after", text: string, puts: Puts): boolean {
  const statement = statementAround(node);
  if (!statement || (where === "after" && statement.type === "ReturnStatement")) return false;
  const line = puts.text.lastIndexOf("\n", statement.start - 1) + 1;
  const indent = /^[ \t]*/.exec(puts.text.slice(line, statement.start))?.[0] ?? "";
  const lines = text.split("\n").join(`\n${indent}`);
  if (where === "before") puts.put(statement.start, statement.start, `${lines}\n${indent}`);
  else puts.put(statement.end, statement.end, `\n${indent}${lines}`);
  return true;
}

export function remove(node: SyntaxNode, puts: Puts): boolean {
  const statement = statementAround(node);
  if (!statement || /Declaration$/.test(statement.type)) return false;
  const { text } = puts;
  const from = text.lastIndexOf("\n", statement.start - 1) + 1;
  const end = text.indexOf("\n", statement.end);
  const isAlone =
    /^[ \t]*$/.test(text.slice(from, statement.start)) && /^[ \t;]*$/.test(text.slice(statement.end, end));
  if (isAlone && end >= 0) puts.put(from, end + 1, "");
  else puts.put(statement.start, statement.end, "");
  return true;
}
