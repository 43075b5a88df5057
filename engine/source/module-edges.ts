/** What a model file takes from other files and gives to them. */
import { functionAround } from "./names";
import type { Parsed } from "./parsed";
import { targetsOf } from "./patterns";
import { isNode, type SyntaxNode } from "./syntax-node";
import type { SourceImport } from "./types";

/** Files and packages that the text names, `import(…)` and `require(…)` of a plain string included. */
export function findImports({ nodes, positions }: Parsed): SourceImport[] {
  return nodes.flatMap((node) => {
    const source = sourceOf(node);
    if (typeof source?.value !== "string") return [];
    return [{ specifier: source.value, range: positions.range(source.start, source.end) }];
  });
}

function sourceOf(node: SyntaxNode): SyntaxNode | null {
  switch (node.type) {
    case "ImportDeclaration":
      return node.importKind === "type" ? null : (node.source ?? null);
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return node.exportKind === "type" ? null : (node.source ?? null);
    case "TSImportEqualsDeclaration":
      return node.importKind === "type" ? null : requiredBy(node);
    case "ImportExpression":
      return node.source ?? null;
    case "CallExpression":
      return node.callee?.name === "require" ? (node.arguments?.[0] ?? null) : null;
    default:
      return null;
  }
}

/** The text in `import a = require("b")`. */
function requiredBy({ moduleReference }: SyntaxNode): SyntaxNode | null {
  return isNode(moduleReference?.expression) ? moduleReference.expression : null;
}

/** The names that the file exports; `export *` adds none. */
export function findExports({ nodes }: Parsed): string[] {
  return nodes.flatMap((node) => {
    if (node.type === "ExportDefaultDeclaration") return ["default"];
    if (node.type === "ExportAllDeclaration") return node.exported ? [nameOf(node.exported)] : [];
    if (node.type !== "ExportNamedDeclaration" || node.exportKind === "type") return [];
    // Inside a namespace `export` means something else.
    if (node.parent?.type !== "Program") return [];
    const listed = (node.specifiers ?? []).filter((specifier) => specifier.exportKind !== "type");
    return [...listed.map((specifier) => nameOf(specifier.exported)), ...declaredNames(node.declaration)];
  });
}

function nameOf(node: SyntaxNode | null | undefined): string {
  return node?.name ?? (typeof node?.value === "string" ? node.value : "");
}

function declaredNames(declaration: SyntaxNode | null | undefined): string[] {
  if (!declaration || declaration.declare) return [];
  if (declaration.type !== "VariableDeclaration") return declaration.id?.name ? [declaration.id.name] : [];
  return (declaration.declarations ?? [])
    .flatMap((declarator) => (declarator.id ? targetsOf(declarator.id) : []))
    .map((target) => target.name ?? "");
}

/** Whether the text is a module or CommonJS: the extension decides, then the words that only one of them knows. */
export function findFormat({ file, nodes, sloppy }: Parsed): "module" | "commonjs" {
  if (/\.m[jt]s$/i.test(file)) return "module";
  if (sloppy) return "commonjs";
  if (nodes.some(isModuleOnly)) return "module";
  if (/\.c[jt]s$/i.test(file)) return "commonjs";
  return nodes.some(isCommonJsOnly) ? "commonjs" : "module";
}

/** What stands in no CommonJS file. */
export function isModuleOnly(node: SyntaxNode): boolean {
  if (/^(Import|Export)\w*Declaration$/.test(node.type))
    return node.parent?.type === "Program" && node.importKind !== "type" && node.exportKind !== "type";
  if (node.type === "MetaProperty") return node.property?.name === "meta";
  const waits = node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await === true);
  return waits && functionAround(node) === null;
}

function isCommonJsOnly(node: SyntaxNode): boolean {
  const { type, callee, object, property } = node;
  if (type === "TSExportAssignment") return true;
  if (type === "TSImportEqualsDeclaration") return requiredBy(node) !== null;
  if (type === "CallExpression") return callee?.name === "require";
  if (type !== "MemberExpression" || !isNode(object)) return false;
  return (object.name === "module" && property?.name === "exports") || object.name === "exports";
}
