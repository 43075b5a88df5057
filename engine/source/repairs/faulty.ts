/** Which functions of a file may be at fault for a hand-written derivative: its backward pass, and those that only this calls. */
import { findHandNodes } from "../hand-written";
import { isCustomOp } from "../layers";
import { nameKey } from "../names";
import type { Parsed } from "../parsed";
import { bare, isFunction, isNode, type SyntaxNode } from "../syntax-node";

/** The functions for one backward pass, itself first. */
export interface Faulty {
  readonly backward: SyntaxNode;
  readonly forward: SyntaxNode;
  readonly functions: readonly SyntaxNode[];
}

export function findFaulty(parsed: Parsed): Faulty[] {
  const pairs = [
    ...findHandNodes(parsed).map(({ forward, backward }) => ({ forward, backward })),
    ...parsed.nodes.filter(isCustomOp).flatMap(ofCustomOp),
  ];
  if (pairs.length === 0) return [];
  const named = functionsByName(parsed.nodes);
  return pairs.map(({ forward, backward }) => {
    const innocent = reachedFrom(forward, named);
    const reached = [...reachedFrom(backward, named)].filter((fn) => fn === backward || !innocent.has(fn));
    const whole = reached.filter((fn) => !reached.some((outer) => outer !== fn && isWithin(fn, outer)));
    return { backward, forward, functions: whole.filter(canRunOther) };
  });
}

/** Whether its code can be run in another form: the form must not wait for anything. */
function canRunOther({ async, generator, body }: SyntaxNode): boolean {
  return !async && !generator && isNode(body);
}

function ofCustomOp({ arguments: given }: SyntaxNode): { forward: SyntaxNode; backward: SyntaxNode }[] {
  const find = (key: string) => {
    const value = given?.[0]?.properties?.find((property) => nameKey(property) === key)?.value;
    return isNode(value) && isFunction(bare(value)) ? bare(value) : null;
  };
  const [forward, backward] = [find("forward"), find("backward")];
  return forward && backward ? [{ forward, backward }] : [];
}

function functionsByName(nodes: readonly SyntaxNode[]): ReadonlyMap<string, readonly SyntaxNode[]> {
  const found = new Map<string, SyntaxNode[]>();
  const add = (name: string | null | undefined, value: unknown) => {
    const fn = isNode(value) ? bare(value) : null;
    if (!name || !fn || !isFunction(fn)) return;
    found.set(name, [...(found.get(name) ?? []), fn]);
  };
  for (const node of nodes) {
    if (node.type === "FunctionDeclaration") add(node.id?.name, node);
    else if (node.type === "VariableDeclarator") add(node.id?.name, node.init);
    else if (/^(Property|PropertyDefinition|MethodDefinition)$/.test(node.type))
      add(nameKey(node), node.value);
  }
  return found;
}

/** The function, and those of the file that it calls by names, and so on. */
function reachedFrom(fn: SyntaxNode, named: ReadonlyMap<string, readonly SyntaxNode[]>): Set<SyntaxNode> {
  const reached = new Set([fn]);
  for (const each of reached)
    for (const name of namesIn(each)) for (const called of named.get(name) ?? []) reached.add(called);
  return reached;
}

function namesIn(fn: SyntaxNode): Set<string> {
  const names = new Set<string>();
  const open: unknown[] = [fn.body];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (Array.isArray(each)) open.push(...each.filter((one) => one !== null && one !== undefined));
    if (!isNode(each)) continue;
    if (each.name !== undefined && /Identifier$/.test(each.type)) names.add(each.name);
    for (const [key, value] of Object.entries(each))
      if (key !== "parent" && typeof value === "object" && value !== null) open.push(value);
  }
  return names;
}

function isWithin(inner: SyntaxNode, outer: SyntaxNode): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
