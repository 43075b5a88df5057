/** Bindings made by object literals that a name holds: `const params = { w: randn([3]) }` gives `params.w`. */
import type { FoundBinding } from "./found-binding";
import { nameExpression, nameField, nameKey } from "./names";
import { holderOf } from "./slots";
import { isNode, type SyntaxNode } from "./syntax-node";
import { mayHoldTensor } from "./values";

export function findProperty(node: SyntaxNode): FoundBinding[] {
  const { type, key, value, shorthand } = node;
  if (type !== "Property" || shorthand || !key || !isNode(value) || !mayHoldTensor(value)) return [];
  const name = nameOf(node);
  if (!name) return [];
  const place = { kind: "around", node: value } as const;
  return [{ name, role: "field", start: key.start, end: key.end, place, target: node }];
}

function nameOf(node: SyntaxNode): string | null {
  if (node.type === "Property") {
    const holder = holderOf(node);
    const owner = holder && nameOf(holder);
    const key = nameKey(node);
    return owner && key ? `${owner}.${key}` : null;
  }
  return node.type === "PropertyDefinition" ? nameField(node) : nameExpression(node);
}
