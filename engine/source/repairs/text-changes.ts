/** Small changes of a function's body that undo what people get wrong: a sign, a factor, an index, a name, a missing part. */
import type { SyntaxNode } from "../syntax-node";
import type { Atoms } from "./atoms";
import { type Change, Found } from "./found";
import { Parts } from "./parts";
import { purposeOf } from "./purpose";
import { restructure } from "./structure";

/** @param range of the cost of the changes that are wanted, without its end */
export function textChangesOf(
  nodes: readonly SyntaxNode[],
  text: string,
  atoms: Atoms,
  range: readonly [least: number, most: number],
): readonly Change[] {
  const found = new Found(text, ...range);
  const parts = new Parts(found, atoms);
  for (const node of nodes) {
    const purpose = purposeOf(node);
    if (purpose === "none") continue;
    restructure(node, purpose, found);
    parts.of(node, purpose);
  }
  return found.changes;
}
