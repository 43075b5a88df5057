/** Writes the marks of sites and bindings into a model file's text; see `Runtime` for what they do. */
import type { Binding } from "./bindings";
import { findChains } from "./chains";
import { type Insertions, own } from "./edits";
import { markForward } from "./mark-forward";
import type { Parsed } from "./parsed";
import type { NodeSite } from "./sites";
import { isNode, type SyntaxNode, statementsOf } from "./syntax-node";

/** Of marks on the same expression the lowest rank stands outermost. */
const rank = { head: 0, bind: 1, resume: 2, site: 3 } as const;

export function instrument(
  { nodes, text }: Parsed,
  sites: readonly NodeSite[],
  bindings: readonly Binding[],
  edits: Insertions,
) {
  const idOf = new Map(sites.map((site) => [site.node, site.id]));
  const chained = new Set<SyntaxNode>();
  for (const { calls, whole } of findChains(nodes)) {
    const ids = calls.map((call) => idOf.get(call) ?? 0);
    edits.wrap(whole.start, whole.end, `${own}.leave(${enter(ids[0] ?? 0)}, `, ")", rank.site);
    for (const [index, call] of calls.entries()) {
      chained.add(call);
      if (index > 0) markArguments(ids[index] ?? 0, call, text, edits);
    }
  }
  for (const { id, node } of sites) {
    // What a class inherits is made by the `new` that the person wrote, not by `super()`.
    if (chained.has(node) || node.callee?.type === "Super") continue;
    if (node.type === "ThrowStatement") markThrow(id, node, edits);
    else markSite(id, node, edits);
  }
  for (const node of nodes) {
    if (node.type === "AwaitExpression" || node.type === "YieldExpression") markPause(node, edits);
    if (node.type === "TryStatement") markTry(node, edits);
  }
  markForward(nodes, edits);
  markBindings(bindings, edits);
}

const enter = (id: number) => `${own}.enter(${id})`;

function markSite(id: number, node: SyntaxNode, edits: Insertions): void {
  const [open, close] = isMade(node) ? ["(", ")"] : ["", ""];
  edits.wrap(node.start, node.end, `${open}${own}.leave(${enter(id)}, `, `)${close}`, rank.site);
}

/** Whether a `new` would take the mark for its class: as in "new tag`x`()". */
function isMade(node: SyntaxNode): boolean {
  let inner = node;
  let outer = node.parent;
  while (outer && (outer.object === inner || outer.tag === inner)) {
    inner = outer;
    outer = outer.parent;
  }
  return outer?.type === "NewExpression" && outer.callee === inner;
}

/** A throw is entered and never left: the site stays on top until somebody catches. */
function markThrow(id: number, { argument }: SyntaxNode, edits: Insertions): void {
  if (argument) edits.wrap(argument.start, argument.end, `(${enter(id)}, `, ")", rank.head);
}

/**
 * Marks a call that cannot be wrapped, last among its arguments, with a spread of nothing. In an optional chain
 * only the whole can be wrapped, or `?.` would no longer skip the rest.
 */
function markArguments(id: number, call: SyntaxNode, text: string, edits: Insertions): void {
  const last = call.arguments?.at(-1);
  const tail = last ? text.slice(last.end, call.end - 1).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "") : ",";
  const comma = tail.includes(",") ? "" : ", ";
  edits.wrap(call.start, call.end - 1, "", `${comma}...(${enter(id)}, [])`);
}

function markPause(node: SyntaxNode, edits: Insertions): void {
  // The removal of types stumbles over `(yield)`.
  const value = node.argument ? "" : " undefined";
  edits.wrap(node.start, node.end, `${own}.resume(${own}.suspend(), `, `${value})`, rank.resume);
}

/** What was thrown has left its calls: `catch` and `finally` go on with those around the `try`. */
function markTry(node: SyntaxNode, edits: Insertions): void {
  const token = `${own}${node.start}`;
  edits.wrap(node.start, node.end, `{ const ${token} = ${own}.suspend(); `, " }", rank.head);
  for (const block of [node.handler?.body, node.finalizer]) {
    if (!isNode(block)) continue;
    edits.wrap(block.start + 1, block.end - 1, ` ${own}.resume(${token}, 0);`, "", rank.head);
  }
}

function markBindings(bindings: readonly Binding[], edits: Insertions): void {
  const grouped = new Map<SyntaxNode, { kind: string; marks: string[] }>();
  for (const { id, place } of bindings) {
    if (place.kind === "around") {
      markExpression(id, place.node, edits);
      continue;
    }
    const group = grouped.get(place.node) ?? { kind: place.kind, marks: [] };
    group.marks.push(`${own}.bind(${id}, ${place.read})`);
    grouped.set(place.node, group);
  }
  for (const [node, { kind, marks }] of grouped) {
    if (kind === "head") markHead(node, marks, edits);
    else if (kind === "after") markAfter(node, marks, edits);
    else if (kind === "with") markAssignment(node, marks, edits);
    else edits.wrap(node.start, node.end, "", `, ${own}${node.start} = [${marks.join(", ")}]`);
  }
}

function markExpression(id: number, node: SyntaxNode, edits: Insertions): void {
  const [open, close] = node.type === "SequenceExpression" ? ["(", ")"] : ["", ""];
  edits.wrap(node.start, node.end, `${own}.bind(${id}, ${open}`, `${close})`, rank.bind);
}

function markHead(owner: SyntaxNode, marks: readonly string[], edits: Insertions): void {
  const { body } = owner;
  if (!isNode(body)) return;
  if (body.type === "BlockStatement") {
    const directive = statementsOf(body).findLast((statement) => statement.directive !== undefined);
    const start = directive ? directive.end : body.start + 1;
    edits.wrap(start, body.end - 1, `${directive ? ";" : ""} ${marks.join("; ")};`, "", rank.head);
  } else if (owner.type === "ArrowFunctionExpression") {
    edits.wrap(body.start, body.end, `(${marks.join(", ")}, `, ")", rank.head);
  } else {
    edits.wrap(body.start, body.end, `{ ${marks.join("; ")}; `, " }", rank.head);
  }
}

const lists = new Set([
  "Program",
  "BlockStatement",
  "StaticBlock",
  "SwitchCase",
  "TSModuleBlock",
  "ExportNamedDeclaration",
]);

function markAfter(statement: SyntaxNode, marks: readonly string[], edits: Insertions): void {
  const alone = !lists.has(statement.parent?.type ?? "");
  const [open, close] = alone ? ["{ ", " }"] : ["", ""];
  edits.wrap(statement.start, statement.end, open, `; ${marks.join("; ")};${close}`, rank.head);
}

function markAssignment(node: SyntaxNode, marks: readonly string[], edits: Insertions): void {
  const open = `${own}.resume(${own}.suspend(), `;
  edits.wrap(node.start, node.end, open, `, ${marks.join(", ")})`, rank.bind);
}
