/** Finds where bound names stand, so that a hover over a use knows as much as one over the declaration. */
import type { Binding } from "./bindings";
import { functionAround, nameExpression, nameField, nameKey } from "./names";
import type { Parsed } from "./parsed";
import { standsForVariable, VariableScopes } from "./scope";
import { memberKey, Slots } from "./slots";
import { endOfName, type SyntaxNode } from "./syntax-node";
import type { Identifier } from "./types";

/** The uses of all bound names in the order of the text; the bindings' own identifiers are not among them. */
export function findIdentifiers(
  { nodes, text, positions }: Parsed,
  bindings: readonly Binding[],
): Identifier[] {
  const slots = new Slots(new VariableScopes(nodes));
  const bound = new Map<string, Binding[]>();
  const targets = new Set<SyntaxNode>();
  for (const binding of bindings) {
    if (!binding.target) continue;
    targets.add(binding.target);
    const field = fieldOf(binding.target);
    for (const slot of [slots.of(binding.target), field && slots.of(field)]) {
      if (!slot) continue;
      const held = bound.get(slot);
      if (held) held.push(binding);
      else bound.set(slot, [binding]);
    }
  }
  const words = new Set([...targets].map(wordOf));
  const identifiers: Identifier[] = [];
  const likelihood = likelihoods();
  for (const node of nodes) {
    if (!mayUse(node, words) || targets.has(node)) continue;
    const candidates = candidatesFor(node, slots, bound);
    if (!candidates) continue;
    const [start, end] = extentOf(node, text);
    const likeliest = nearest(candidates, node)
      .map((binding) => ({ id: binding.id, likelihood: likelihood(binding, node) }))
      .sort((a, b) => b.likelihood - a.likelihood);
    identifiers.push({
      range: positions.range(start, end),
      name: (node.type === "PropertyDefinition" && nameField(node)) || nameExpression(node),
      bindings: likeliest.map(({ id }) => id),
    });
  }
  return identifiers;
}

/** A parameter that is a field, `constructor(readonly w)`, goes by both names. */
function fieldOf({ parent }: SyntaxNode): SyntaxNode | null {
  const holder = parent?.type === "AssignmentPattern" ? parent.parent : parent;
  return holder?.type === "TSParameterProperty" ? holder : null;
}

/** The bindings of the same name, in the nearest class that has it. */
function candidatesFor(
  node: SyntaxNode,
  slots: Slots,
  bound: ReadonlyMap<string, Binding[]>,
): Binding[] | undefined {
  const steps = node.type === "MemberExpression" ? 4 : 1;
  for (let up = 0; up < steps; up++) {
    const found = bound.get(slots.of(node, up) ?? "");
    if (found) return found;
  }
  return undefined;
}

/** A variable, a member, or a field that gets its value elsewhere, with a name that something is bound to. */
function mayUse(node: SyntaxNode, words: ReadonlySet<string | null>): boolean {
  const { type, value } = node;
  const may =
    type === "MemberExpression" || (type === "PropertyDefinition" && !value) || standsForVariable(node);
  return may && words.has(wordOf(node));
}

function wordOf(node: SyntaxNode): string | null {
  if (node.type === "Identifier") return node.name ?? null;
  return node.type === "MemberExpression" ? memberKey(node) : nameKey(node);
}

/** Of a name that is bound more often, only this many bindings around the use come into question. */
const MOST = 32;

function nearest(candidates: readonly Binding[], use: SyntaxNode): Binding[] {
  if (candidates.length <= MOST) return [...candidates];
  const below = candidates.findIndex(({ target }) => (target?.start ?? 0) > use.start);
  const middle = below < 0 ? candidates.length : below;
  const from = Math.min(Math.max(0, middle - MOST / 2), candidates.length - MOST);
  return candidates.slice(from, from + MOST);
}

/** The characters that a person points at: the name, or the last part of a member. */
function extentOf(node: SyntaxNode, text: string): [start: number, end: number] {
  const { property, computed, key, start } = node;
  if (key) return [key.start, key.end];
  return property && !computed ? [property.start, property.end] : [start, endOfName(node, text)];
}

/** The last value given above the use in the same function comes first, then those of other functions, then those below. */
function likelihoods(): (binding: Pick<Binding, "place" | "target">, use: SyntaxNode) => number {
  const functions = new Map<SyntaxNode, SyntaxNode | null>();
  const around = (node: SyntaxNode) => {
    const known = functions.get(node);
    if (known !== undefined) return known;
    const found = functionAround(node);
    functions.set(node, found);
    return found;
  };
  return ({ place, target }, use) => {
    const given = place.kind === "head" ? (target?.start ?? 0) : place.node.end;
    const sameFunction = target !== null && around(target) === around(use);
    const above = given <= use.start;
    return given + (above ? (sameFunction ? 2e9 : 1e9) : 0);
  };
}
