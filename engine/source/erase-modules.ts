/** Takes out of imports and exports what names types alone, and imports that nothing uses when the file runs. */
import type { Insertions } from "./edits";
import { blank, skipTrivia } from "./scan";
import { standsForVariable } from "./scope";
import { isErased, type SyntaxNode, statementsOf } from "./syntax-node";

/** All names that stand for a value somewhere: an import of any other name is one of a type. */
export function namesUsed(nodes: readonly SyntaxNode[]): Set<string> {
  const used = new Set<string>();
  for (const node of nodes) {
    if (standsForVariable(node)) used.add(node.name ?? "");
    else if (node.type === "ExportSpecifier" && !node.parent?.source) used.add(node.local?.name ?? "");
    else if (node.type === "TSImportEqualsDeclaration" && node.moduleReference)
      used.add(rootOf(node.moduleReference));
  }
  return used;
}

/** `A` of `A.B.C`. */
function rootOf(reference: SyntaxNode): string {
  return reference.left ? rootOf(reference.left) : (reference.name ?? "");
}

export function eraseImport(
  node: SyntaxNode,
  used: ReadonlySet<string>,
  text: string,
  edits: Insertions,
): void {
  const { specifiers = [], importKind } = node;
  const braced = text.slice(node.start, node.source?.start).includes("{");
  if (importKind === "type" || (specifiers.length === 0 && !braced)) return;
  const gone = specifiers.filter((each) => each.importKind === "type" || !used.has(each.local?.name ?? ""));
  if (gone.length === specifiers.length) {
    edits.replace(node.start, node.end, `;${blank(text.slice(node.start, node.end))}`);
  } else {
    for (const specifier of gone) eraseSpecifier(specifier, text, edits);
  }
}

/** `export { type A, b, C }`, where `C` may be an interface of this file. */
export function eraseExport(
  node: SyntaxNode,
  nodes: readonly SyntaxNode[],
  text: string,
  edits: Insertions,
): void {
  const { specifiers = [], source } = node;
  const types =
    specifiers.some(({ exportKind }) => exportKind !== "type") && !source ? typesOf(nodes[0]) : null;
  for (const specifier of specifiers) {
    if (specifier.exportKind === "type" || types?.has(specifier.local?.name ?? "")) {
      eraseSpecifier(specifier, text, edits);
    }
  }
}

/** With the comma behind it; a default import `A` of `import A, { b }` has one too. */
function eraseSpecifier({ start, end }: SyntaxNode, text: string, edits: Insertions): void {
  const after = skipTrivia(text, end);
  const last = text[after] === "," ? after + 1 : end;
  edits.replace(start, last, blank(text.slice(start, last)));
}

/** Names that the top of the file declares or imports as types and not as values. */
function typesOf(program: SyntaxNode | undefined): Set<string> {
  const types = new Set<string>();
  const values = new Set<string>();
  for (const statement of program ? statementsOf(program) : []) {
    for (const { importKind, local } of statement.type === "ImportDeclaration"
      ? (statement.specifiers ?? [])
      : []) {
      if (statement.importKind === "type" || importKind === "type") types.add(local?.name ?? "");
    }
    const inner = statement.declaration ?? statement;
    const name = inner.id?.name;
    if (name) (isErased(inner) ? types : values).add(name);
  }
  return new Set([...types].filter((name) => !values.has(name)));
}
