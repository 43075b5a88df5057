/** Takes the types out of class members: modifiers, marks of optional and definite fields, annotations. */
import type { Insertions } from "./edits";

import { findSign } from "./scan";
import { isNode, type SyntaxNode } from "./syntax-node";

const modifiers = /\b(?:public|private|protected|readonly|override)\b/g;

export function eraseMember(node: SyntaxNode, text: string, edits: Insertions, erase: Erase): void {
  const { key, value, typeAnnotation } = node;
  if (!key) return;
  // An accessor is written anew as a whole, its modifiers left out.
  if (!node.accessor) eraseModifiers(node, key, text, edits);
  const valueStart = isNode(value) ? value.start : node.end;
  const keyEnd = node.computed ? findSign(text, "]", key.end, node.end) + 1 : key.end;
  const limit = typeAnnotation?.start ?? valueStart;
  for (const mark of ["?", "!"]) {
    const at = findSign(text, mark, keyEnd, limit);
    if (at >= 0 && (typeAnnotation || !text.slice(keyEnd, at).includes("="))) erase(at, at + 1);
  }
  if (typeAnnotation && node.type === "PropertyDefinition") erase(typeAnnotation.start, typeAnnotation.end);
}

/** Without its modifiers a computed name or a generator could continue the field in front of it. */
function eraseModifiers(node: SyntaxNode, key: SyntaxNode, text: string, edits: Insertions): void {
  for (const { 0: word, index } of text.slice(node.start, key.start).matchAll(modifiers)) {
    const start = node.start + index;
    edits.replace(start, start + word.length, index === 0 ? ";" : " ");
  }
}

/** A function that takes a stretch of the text out. */
export type Erase = (start: number, end: number) => void;
