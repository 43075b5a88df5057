/** Which classes of a model file are layers: those of `nn`, however it is called, and what extends them. */
import { nameClass } from "./names";
import { bare, isClass, type SyntaxNode } from "./syntax-node";

export interface ModuleClasses {
  /** Classes of the file by name. */
  readonly declared: ReadonlyMap<string, SyntaxNode>;
  /** What the file calls `nn`. */
  readonly namespaces: ReadonlySet<string>;
  /** Classes taken out of `nn`: `const { Linear } = nn`. */
  readonly taken: ReadonlySet<string>;
}

export function findModuleClasses(nodes: readonly SyntaxNode[]): ModuleClasses {
  const declared = new Map(nodes.filter(isClass).map((node) => [nameClass(node) ?? "", node]));
  const imported = nodes.filter(
    ({ type, imported: from }) => type === "ImportSpecifier" && from?.name === "nn",
  );
  const namespaces = new Set(["nn", ...imported.map(({ local }) => local?.name ?? "")]);
  const taken = nodes.flatMap(({ type, id, init }) => {
    const isTaken =
      type === "VariableDeclarator" && init?.type === "Identifier" && namespaces.has(init.name ?? "");
    return isTaken ? (id?.properties ?? []).map(({ value }) => (value as SyntaxNode).name ?? "") : [];
  });
  return { declared, namespaces, taken: new Set(["Module", ...taken]) };
}

/** Whether what stands behind `new` or `extends` is a layer's class. */
export function isModuleClass(callee: SyntaxNode, { declared, namespaces, taken }: ModuleClasses): boolean {
  const seen = new Set<SyntaxNode>();
  for (let type: SyntaxNode | null | undefined = bare(callee); type && !seen.has(type); ) {
    seen.add(type);
    if (type.type === "MemberExpression") return isNamespace(type.object, namespaces);
    const own: SyntaxNode | undefined = isClass(type) ? type : declared.get(type.name ?? "");
    if (!own && taken.has(type.name ?? "")) return true;
    type = own?.superClass && bare(own.superClass);
  }
  return false;
}

/** `nn`, and `gl.nn` after `import * as gl`. */
function isNamespace(object: SyntaxNode | undefined, namespaces: ReadonlySet<string>): boolean {
  if (object?.type === "MemberExpression") return object.property?.name === "nn";
  return namespaces.has(object?.name ?? "");
}
