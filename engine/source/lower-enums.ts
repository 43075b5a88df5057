/** Rewrites enums as the objects that TypeScript makes of them. */
import type { Insertions } from "./edits";
import { isDeclaredBefore } from "./lower-namespaces";
import { blank, findSign, skipTrivia } from "./scan";
import { standsForVariable } from "./scope";
import type { SyntaxNode } from "./syntax-node";

export function lowerEnums(nodes: readonly SyntaxNode[], text: string, edits: Insertions): void {
  for (const node of nodes) if (node.type === "TSEnumDeclaration") lowerEnum(node, text, edits);
  for (const node of nodes) if (standsForVariable(node)) qualifyMember(node, edits);
}

/** In the value of a member, `A` alone means `Kind.A`. */
function qualifyMember(node: SyntaxNode, edits: Insertions): void {
  let outer = node.parent;
  while (outer && outer.type !== "TSEnumMember") outer = outer.parent;
  const owner = outer?.parent;
  if (!owner?.members?.some((member) => nameOf(member) === node.name)) return;
  edits.wrap(node.start, node.end, `${owner.id?.name}.`, "", 9);
}

function nameOf({ id }: SyntaxNode): string {
  return id?.type === "Literal" ? String(id.value) : (id?.name ?? "");
}

function lowerEnum(node: SyntaxNode, text: string, edits: Insertions): void {
  const { id, members = [], parent } = node;
  if (!id) return;
  const name = id.name ?? "";
  const exported = parent?.type === "ExportNamedDeclaration" ? parent : null;
  const again = isDeclaredBefore(exported ?? node, name);
  const start = exported && again ? exported.start : node.start;
  const open = findSign(text, "{", id.end, node.end) + 1;
  const declared = again ? "" : `${isTop(exported ?? node) ? "var" : "let"} ${name}; `;
  edits.replace(start, open, `${blank(text.slice(start, open))}${declared}(function (${name}) {`);
  edits.replace(node.end - 1, node.end, `})(${name} || (${name} = {}));`);
  let next = "0";
  for (const member of members) next = lowerMember(member, name, next, text, edits);
}

const isTop = ({ parent }: SyntaxNode) => parent?.type === "Program" || parent?.type === "TSModuleBlock";

/** Gives the value of the member that follows, if it has none of its own. */
function lowerMember(
  member: SyntaxNode,
  owner: string,
  value: string,
  text: string,
  edits: Insertions,
): string {
  const { id, initializer, start, end } = member;
  const name = nameOf(member);
  const key = `${owner}[${JSON.stringify(name)}]`;
  const after = skipTrivia(text, end);
  const comma = text[after] === ",";
  const close = `; if (typeof ${key} !== "string") ${owner}[${key}] = ${JSON.stringify(name)};`;
  if (initializer && id) {
    const equals = findSign(text, "=", id.end, initializer.start) + 1;
    edits.replace(start, equals, `${blank(text.slice(start, equals))}${key} =`);
    edits.wrap(start, end, "", comma ? "" : close, -3);
  } else {
    edits.replace(start, end, `${key} = ${value}${comma ? "" : close}`);
  }
  if (comma) edits.replace(after, after + 1, close);
  return `${key} + 1`;
}
