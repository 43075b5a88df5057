/**
 * Writes the marks by which a text tells of whose `data` it reads and writes, and what it freezes: `w.data.fill(0)`,
 * `w.data[i] = 1`, `x.data`, `w.requiresGrad = false`. The mark goes around the object, which is handed on as it is.
 */
import { type Insertions, own } from "./edits";
import type { Parsed } from "./parsed";
import { bare, parentOf, type SyntaxNode } from "./syntax-node";

/** Outside of the marks of calls and bindings around the same expression. */
const rank = 0.5;

export function markData({ nodes, file, positions }: Parsed, edits: Insertions): void {
  for (const node of nodes) {
    if (node.type !== "MemberExpression" || node.computed) continue;
    const object = accessed.has(node.property?.name ?? "") ? markedObject(node) : null;
    const access = object && (node.property?.name === "data" ? accessOf(node) : freezingOf(node));
    if (object === null || access === null) continue;
    // What is read under another name is written into under that.
    const written = access.how === null ? writtenAs(node, nodes) : null;
    for (const { how, whole } of written === null ? [access] : [written, access]) {
      const { line, column, endLine, endColumn } = positions.range(whole.start, whole.end);
      const place = JSON.stringify([line, column, endLine, endColumn, file].join(":"));
      const mark = how === null ? "reads(" : `writes(${JSON.stringify(how)}, `;
      edits.wrap(object.start, object.end, `${own}.${mark}${place}, `, ")", rank);
    }
  }
}

const accessed = new Set(["data", "requiresGrad"]);

const plain = new Set(["Identifier", "MemberExpression", "CallExpression"]);

/** The object of a member, where a call may stand in its place; null elsewhere. */
function markedObject(node: SyntaxNode): SyntaxNode | null {
  const object = node.object && bare(node.object);
  if (!object || !plain.has(object.type) || isInNew(node)) return null;
  // What stands behind `?.` is skipped with it: a mark between them would not be.
  for (let part: SyntaxNode | undefined = object; part; part = innerOf(part)) {
    if (part.optional || part.type === "ChainExpression" || part.type === "Super") return null;
  }
  return object;
}

/** What a chain of members and calls goes on from. */
function innerOf({ type, object, callee }: SyntaxNode): SyntaxNode | undefined {
  const inner = type === "MemberExpression" ? object : type === "CallExpression" ? callee : undefined;
  return inner && bare(inner);
}

/** Whether a `new` or a tag would take the mark for its class. */
function isInNew(node: SyntaxNode): boolean {
  let inner = node;
  let outer = parentOf(node);
  while (outer && innerOf(outer) === inner) {
    inner = outer;
    outer = parentOf(outer);
  }
  return (
    (outer?.type === "NewExpression" && bare(outer.callee ?? outer) === inner) ||
    outer?.type === "TaggedTemplateExpression" ||
    outer?.type === "Decorator"
  );
}

interface Access {
  /** What is written how; null for a read. */
  readonly how: string | null;
  readonly whole: SyntaxNode;
}

const writing = new Set(["fill", "set", "copyWithin", "sort", "reverse"]);

/** What the text does with `x.data`; null for what no typed array can do, so that its error is the person's own. */
function accessOf(node: SyntaxNode): Access | null {
  const outer = parentOf(node);
  if (outer?.type !== "MemberExpression" || !outer.object || bare(outer.object) !== node)
    return { how: null, whole: node };
  const around = parentOf(outer);
  if (outer.computed)
    return around && isChange(around, outer)
      ? { how: "element", whole: around }
      : { how: null, whole: outer };
  const name = outer.property?.name ?? "";
  const isCalled = around?.type === "CallExpression" && around.callee && bare(around.callee) === outer;
  if (!isCalled) return { how: null, whole: node };
  if (!(name in Float32Array.prototype)) return null;
  return { how: writing.has(name) ? name : null, whole: around };
}

/** Of `const d = x.data` the first place behind it, in the same block, that writes into `d`; null where none does. */
function writtenAs(node: SyntaxNode, nodes: readonly SyntaxNode[]): Access | null {
  const { type, id, init, parent } = parentOf(node) ?? {};
  const block = parent?.parent;
  if (type !== "VariableDeclarator" || id?.type !== "Identifier" || !init || bare(init) !== node || !block)
    return null;
  for (const use of nodes) {
    if (use.type !== "Identifier" || use.name !== id.name || use.start < node.end || use.end > block.end)
      continue;
    const access = parentOf(use)?.type === "MemberExpression" ? accessOf(use) : null;
    if (access?.how) return access;
  }
  return null;
}

/** What is set to true is not frozen; what it is set to otherwise is seen in the end. */
function freezingOf(node: SyntaxNode): Access | null {
  const around = parentOf(node);
  const isSet = around?.type === "AssignmentExpression" && isChange(around, node);
  return isSet && around.right?.value !== true ? { how: "requiresGrad", whole: around } : null;
}

/** Whether an assignment, `++` or `--` changes what `target` names. */
function isChange({ type, left, argument }: SyntaxNode, target: SyntaxNode): boolean {
  if (type === "AssignmentExpression") return left !== undefined && bare(left) === target;
  return (
    type === "UpdateExpression" && argument !== null && argument !== undefined && bare(argument) === target
  );
}
