/** Rewrites namespaces as the functions that TypeScript makes of them: the types' removal would drop them. */
import type { Insertions } from "./edits";
import { targetsOf } from "./patterns";
import { blank } from "./scan";
import { standsForVariable, VariableScopes } from "./scope";
import { isErased, isNode, type SyntaxNode, statementsOf } from "./syntax-node";
import { variablesIn } from "./top-level";

export function lowerNamespaces(nodes: readonly SyntaxNode[], text: string, edits: Insertions): void {
  const namespaces = nodes.filter((node) => node.type === "TSModuleDeclaration");
  if (namespaces.length === 0) return;
  const running = namespaces.filter(isRunning);
  for (const node of namespaces) if (!isRunning(node)) eraseNamespace(node, text, edits);
  for (const node of running)
    if (node.parent?.type !== "TSModuleDeclaration") lowerNamespace(node, text, edits);
  qualifyNames(nodes, running, edits);
}

/** A namespace of types alone leaves nothing behind. */
export function isRunning(node: SyntaxNode): boolean {
  const body = blockOf(node);
  return statementsOf(body).some((statement) => {
    const inner = statement.declaration ?? statement;
    return !isErased(inner) && (inner.type !== "TSModuleDeclaration" || isRunning(inner));
  });
}

function eraseNamespace(node: SyntaxNode, text: string, edits: Insertions): void {
  if (node.parent?.type === "TSModuleDeclaration") return;
  const { start, end } = node.parent?.type === "ExportNamedDeclaration" ? node.parent : node;
  edits.replace(start, end, `;${blank(text.slice(start, end))}`);
}

/**
 * What is read of a namespace by its name: itself, and the variables that it exports with `let`, which stand behind
 * getters: `Geometry`, `Geometry.count`.
 */
export function membersOf(node: SyntaxNode, outer = ""): string[] {
  const path = outer + pathOf(node).join(".");
  const members = statementsOf(blockOf(node)).flatMap(({ type, declaration }) => {
    if (type !== "ExportNamedDeclaration" || !declaration || isErased(declaration)) return [];
    if (declaration.type === "TSModuleDeclaration")
      return isRunning(declaration) ? membersOf(declaration, `${path}.`) : [];
    return variablesIn(declaration).flatMap(({ name, isFixed }) => (isFixed ? [] : [`${path}.${name}`]));
  });
  return outer === "" ? [path.split(".")[0] ?? path, ...members] : members;
}

function blockOf(node: SyntaxNode): SyntaxNode {
  return isNode(node.body) && node.body.type === "TSModuleDeclaration"
    ? blockOf(node.body)
    : (node.body as SyntaxNode);
}

/** The names of `namespace A.B.C`, outermost first. */
function pathOf(node: SyntaxNode): string[] {
  const inner = isNode(node.body) && node.body.type === "TSModuleDeclaration" ? pathOf(node.body) : [];
  return [node.id?.name ?? "", ...inner];
}

function lowerNamespace(node: SyntaxNode, text: string, edits: Insertions): void {
  const block = blockOf(node);
  const path = pathOf(node);
  const outer = enclosing(node);
  const exported = node.parent?.type === "ExportNamedDeclaration" ? node.parent : null;
  const declared = isDeclaredBefore(exported ?? node, path[0] ?? "");
  const start = exported && (declared || outer) ? exported.start : node.start;
  const lines = text.slice(start, block.start).replace(/[^\r\n]+/g, "");
  const opens = path.map(
    (name, depth) => `${depth === 0 && declared ? "" : `var ${name}; `}(function (${name}) {`,
  );
  const closes = path.map((name, depth) => {
    const owner = depth > 0 ? path[depth - 1] : exported ? outer : null;
    return owner
      ? `})(${name} = ${owner}.${name} || (${owner}.${name} = {}));`
      : `})(${name} || (${name} = {}));`;
  });
  edits.replace(start, block.start + 1, `${lines}${opens.join(" ")}`);
  edits.replace(block.end - 1, block.end, closes.reverse().join(" "));
  for (const statement of statementsOf(block)) exportTo(path.at(-1) ?? "", statement, edits);
}

/** The name of the namespace in which a namespace stands. */
function enclosing(node: SyntaxNode): string | null {
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (outer.type === "TSModuleDeclaration") return outer.id?.name ?? null;
  }
  return null;
}

const declarations = /^(TSModule|TSEnum|Class|Function)Declaration$/;

/** Whether a function, a class, an enum or the namespace itself already has this name. */
export function isDeclaredBefore(statement: SyntaxNode, name: string): boolean {
  const siblings = statement.parent ? statementsOf(statement.parent) : [];
  return siblings.slice(0, siblings.indexOf(statement)).some((sibling) => {
    const inner = sibling.declaration ?? sibling;
    if (!declarations.test(inner.type) || inner.id?.name !== name) return false;
    return inner.type !== "TSModuleDeclaration" || isRunning(inner);
  });
}

/** `export const x = 1` inside a namespace sets a property; `let` becomes one that stays in step. */
function exportTo(namespace: string, statement: SyntaxNode, edits: Insertions): void {
  const { declaration } = statement;
  if (statement.type !== "ExportNamedDeclaration" || !declaration) return;
  if (declaration.type === "TSModuleDeclaration" && isRunning(declaration)) return;
  if (isErased(declaration) || declaration.type === "TSModuleDeclaration") return;
  edits.replace(statement.start, declaration.start, "");
  const live = declaration.type === "VariableDeclaration" && declaration.kind !== "const";
  const sets = declaredNames(declaration).map((name) =>
    live
      ? `Object.defineProperty(${namespace}, "${name}", { enumerable: true, configurable: true, get: () => ${name}, set: (value) => { ${name} = value; } });`
      : `${namespace}.${name} = ${name};`,
  );
  edits.wrap(statement.start, statement.end, "", `; ${sets.join(" ")}`, -1);
}

function declaredNames(declaration: SyntaxNode): string[] {
  const declarators = declaration.declarations ?? [];
  const names = declarators.flatMap(({ id }) => (id ? targetsOf(id) : [])).map(({ name = "" }) => name);
  return declaration.id?.name ? [declaration.id.name] : names;
}

/** A name that another block of the same namespace exports is reached through the namespace. */
function qualifyNames(
  nodes: readonly SyntaxNode[],
  namespaces: readonly SyntaxNode[],
  edits: Insertions,
): void {
  const exported = new Map<string, Set<string>>();
  for (const node of namespaces) {
    const path = pathOf(node).join(".");
    const names = statementsOf(blockOf(node)).flatMap(({ type, declaration }) =>
      type === "ExportNamedDeclaration" && declaration ? declaredNames(declaration) : [],
    );
    exported.set(path, new Set([...(exported.get(path) ?? []), ...names]));
  }
  const scopes = new VariableScopes(nodes);
  for (const node of nodes) {
    if (!standsForVariable(node) || scopes.resolve(node).declaration) continue;
    for (let outer: SyntaxNode | null = node; outer; outer = outer.parent) {
      if (
        outer.type !== "TSModuleDeclaration" ||
        !exported.get(pathOf(outer).join("."))?.has(node.name ?? "")
      )
        continue;
      const shorthand = node.parent?.type === "Property" && node.parent.shorthand;
      const prefix = `${shorthand ? `${node.name}: ` : ""}${pathOf(outer).at(-1)}.`;
      edits.wrap(node.start, node.end, prefix, "", 9);
      break;
    }
  }
}
