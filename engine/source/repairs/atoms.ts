/** What may stand in the place of a wrong part of an expression: the numbers that a function and its forward pass name. */

import { targetsOf } from "../patterns";
import { standsForVariable, type VariableScopes } from "../scope";
import { isFunction, parentOf, type SyntaxNode } from "../syntax-node";

/** An expression of the file. */
export interface Atom {
  readonly text: string;
  /** The variables that it reads. */
  readonly names: readonly string[];
  readonly kind: "name" | "member" | "other";
  /** By how much it is less likely: more for what only the forward pass has, less for a name that is given and never read. */
  readonly doubt: number;
}

/** Longer expressions are nobody's missing part. */
const LONGEST = 32;
const values = new Set([
  "Identifier",
  "MemberExpression",
  "BinaryExpression",
  "CallExpression",
  "UnaryExpression",
]);

export class Atoms {
  readonly #scopes: VariableScopes;
  readonly #all = new Map<string, Atom>();
  /** Names that stand in brackets, and those that loops and callbacks count with. */
  readonly #indices = new Set<string>();
  /** What has parts is no number. */
  readonly #lists = new Set<string>();
  readonly #known = new Map<SyntaxNode, readonly Atom[]>();
  readonly #counts = new Map<string, number>();
  #isFar = false;
  readonly numbers = new Set<string>();

  /** @param holders the functions whose expressions count, the likeliest first */
  constructor(
    nodes: readonly SyntaxNode[],
    holders: readonly SyntaxNode[],
    text: string,
    scopes: VariableScopes,
  ) {
    this.#scopes = scopes;
    for (const [i, holder] of holders.entries()) {
      this.#isFar = i === holders.length - 1 && i > 0;
      const inside = nodes.filter(({ start, end }) => holder.start <= start && end <= holder.end);
      for (const node of inside) this.#readIndices(node, text);
      if (!this.#isFar) for (const node of inside) if (isRead(node)) this.#count(node.name ?? "");
      for (const node of inside) this.#read(node, text);
    }
  }

  /** All that is known at a place. */
  at(place: SyntaxNode): readonly Atom[] {
    let scope = place;
    while (scope.parent && !holding.test(scope.type)) scope = scope.parent;
    const before = this.#known.get(scope);
    if (before) return before;
    const found = this.#find(scope);
    this.#known.set(scope, found);
    return found;
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  #find(place: SyntaxNode): Atom[] {
    const known = new Map<string, boolean>();
    const isKnown = (name: string) => {
      const before = known.get(name);
      if (before !== undefined) return before;
      const found = name === "Math" || this.#scopes.resolve(asName(name, place)).declaration !== null;
      known.set(name, found);
      return found;
    };
    return [...this.#all.values()].filter(
      ({ text, names }) => !this.#lists.has(text) && names.every(isKnown),
    );
  }

  isIndex(name: string): boolean {
    return this.#indices.has(name);
  }

  #read(node: SyntaxNode, text: string): void {
    if (typeof node.value === "number" && node.raw !== undefined) this.numbers.add(node.raw);
    if (node.type === "VariableDeclarator" && node.id) {
      for (const { name = "" } of targetsOf(node.id)) this.#add(name, [name], "name");
      return;
    }
    if (isFunction(node)) {
      for (const { name = "" } of (node.params ?? []).flatMap(targetsOf)) this.#add(name, [name], "name");
      return;
    }
    const own = text.slice(node.start, node.end);
    if (!values.has(node.type) || own.length > LONGEST || /["'`{]|=>|[^=!<>]=[^=]/.test(own)) return;
    if (node.type === "Identifier" && !standsForVariable(node)) return;
    if (isCallee(node) || (node.type === "CallExpression" && !/^Math\./.test(own))) return;
    if (node.type === "BinaryExpression" && !/^(\*\*|[-+*/])$/.test(node.operator ?? "")) return;
    const kind = node.type === "Identifier" ? "name" : node.type === "MemberExpression" ? "member" : "other";
    this.#add(own, namesIn(own), kind);
  }

  #add(text: string, names: readonly string[], kind: Atom["kind"]): void {
    if (text === "" || this.#all.has(text)) return;
    const isUnread = kind === "name" && !this.#counts.has(text);
    const doubt = isUnread ? -0.7 : this.#isFar ? 0.2 : 0;
    this.#all.set(text, { text, names, kind, doubt });
  }

  #readIndices(node: SyntaxNode, text: string): void {
    const list =
      node.type === "MemberExpression" ? node.object : node.type === "ForOfStatement" ? node.right : null;
    if (list) this.#lists.add(text.slice(list.start, list.end));
    if (node.type === "MemberExpression" && node.computed && node.property?.type === "Identifier")
      this.#indices.add(node.property.name ?? "");
    if (node.type === "UpdateExpression" && node.argument?.name) this.#indices.add(node.argument.name);
    const second = isFunction(node) && parentOf(node)?.type === "CallExpression" ? node.params?.at(-1) : null;
    if (second?.name && (node.params?.length ?? 0) > 1) this.#indices.add(second.name);
  }
}

const holding =
  /^(Program|BlockStatement|StaticBlock|SwitchStatement|CatchClause|For\w*Statement|.*Function.*)$/;

/** Whether a name stands where its value is used: not where it is declared or assigned. */
function isRead(node: SyntaxNode): boolean {
  const { parent } = node;
  if (node.type !== "Identifier" || !parent || parent.id === node) return false;
  return (
    !(parent.left === node && parent.type === "AssignmentExpression") && !isParameter(node) && !isPart(node)
  );
}

/** A name in a pattern: `const { a } = …`, `const [a] = …`. */
function isPart({ parent }: SyntaxNode): boolean {
  const holder = parent?.type === "Property" ? parent.parent : parent;
  return /Pattern$|^RestElement$/.test(holder?.type ?? "");
}

function isParameter(node: SyntaxNode): boolean {
  return (
    node.parent !== null && node.parent !== undefined && isFunction(node.parent) && node.parent.body !== node
  );
}

function asName(name: string, parent: SyntaxNode): SyntaxNode {
  return { type: "Identifier", start: 0, end: 0, name, parent };
}

function isCallee(node: SyntaxNode): boolean {
  return (
    node.parent?.callee === node || (node.parent?.type === "CallExpression" && node.parent.callee === node)
  );
}

/** The variables in the text of a simple expression. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w$.#])[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)]
    .map(([name]) => name)
    .filter((name) => name !== "this");
}
