/** Rewrites `accessor x = 1` as the private field, getter and setter that it stands for. */
import { type Insertions, own } from "./edits";
import type { SyntaxNode } from "./syntax-node";

export function lowerAccessors(nodes: readonly SyntaxNode[], text: string, edits: Insertions): void {
  for (const node of nodes) {
    if (node.type === "PropertyDefinition" && node.accessor && node.key)
      lowerAccessor(node, node.key, text, edits);
  }
}

function lowerAccessor(node: SyntaxNode, key: SyntaxNode, text: string, edits: Insertions): void {
  const keyText = text.slice(key.start, key.end);
  const field = `#${own}${key.start}`;
  const modifiers = text.slice(node.start, key.start);
  const spaces = modifiers.replace(/[^\r\n]+/g, " ");
  const fixed = node.static ? "static " : "";
  edits.replace(node.start, key.end, `${fixed}${spaces}${field}`);
  const get = `${fixed}get ${keyText}() { return this.${field}; }`;
  const set = `${fixed}set ${keyText}(value) { this.${field} = value; }`;
  edits.wrap(node.start, node.end, "", `; ${get} ${set}`, -1);
}
