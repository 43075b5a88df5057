/** Which variable a name means at a place: declarations by scope, looked up outwards. */

import { targetsOf } from "./patterns";
import { isClass, isFunction, isNode, type SyntaxNode } from "./syntax-node";

/** One variable; two names that mean the same variable give the same object. */
export interface Variable {
  readonly id: number;
  readonly name: string;
  /** The node that declares it: a declarator, a function, a class, an import. */
  readonly declaration: SyntaxNode | null;
}

const blocks =
  /^(Program|BlockStatement|StaticBlock|SwitchStatement|CatchClause|For\w*Statement|TSModuleBlock)$/;
const imports = new Set(["ImportSpecifier", "ImportDefaultSpecifier", "ImportNamespaceSpecifier"]);
const declarations = new Set(["TSEnumDeclaration", "TSModuleDeclaration", "TSImportEqualsDeclaration"]);
const keyed = new Set(["Property", "MethodDefinition", "PropertyDefinition"]);
const unbound = new Set([
  ...imports,
  "ExportSpecifier",
  "LabeledStatement",
  "BreakStatement",
  "ContinueStatement",
  "MetaProperty",
]);
const hoists = /^(Program|StaticBlock|TSModuleBlock)$/;

export class VariableScopes {
  readonly #declared = new Map<SyntaxNode, Map<string, Variable>>();
  readonly #globals = new Map<string, Variable>();
  #count = 0;

  constructor(nodes: readonly SyntaxNode[]) {
    for (const node of nodes) this.#declareBy(node);
  }

  /** The variable that an identifier means; one that nothing declares counts as a global. */
  resolve(identifier: SyntaxNode): Variable {
    const name = identifier.name ?? "";
    for (let scope: SyntaxNode | null = identifier; scope; scope = scope.parent) {
      const variable = this.#declared.get(scope)?.get(name);
      if (variable) return variable;
    }
    const known = this.#globals.get(name);
    if (known) return known;
    const variable = { id: this.#count++, name, declaration: null };
    this.#globals.set(name, variable);
    return variable;
  }

  #declareBy(node: SyntaxNode): void {
    const { type, id, parent } = node;
    if (type === "VariableDeclarator" && id && parent) {
      const scope = parent.kind === "var" ? hoistingScope(parent) : blockScope(parent);
      for (const target of targetsOf(id)) this.#declare(scope, target, node);
    } else if (type === "CatchClause" && node.param) {
      for (const target of targetsOf(node.param)) this.#declare(node, target, node);
    } else if (imports.has(type) && node.local) {
      this.#declare(blockScope(node), node.local, node);
    } else if (declarations.has(type) && id) {
      this.#declare(blockScope(node), id, node);
    }
    if (isFunction(node))
      for (const each of (node.params ?? []).flatMap(targetsOf)) this.#declare(node, each, node);
    if ((isFunction(node) || isClass(node)) && id) {
      this.#declare(type.endsWith("Expression") ? node : blockScope(node), id, node);
    }
  }

  #declare(scope: SyntaxNode, { name = "" }: SyntaxNode, declaration: SyntaxNode): void {
    const names = this.#declared.get(scope) ?? new Map<string, Variable>();
    this.#declared.set(scope, names);
    if (!names.has(name)) names.set(name, { id: this.#count++, name, declaration });
  }
}

/** The scope that a declaration of `let`, a function or a class belongs to. */
function blockScope(node: SyntaxNode): SyntaxNode {
  let scope = node;
  while (scope.parent) {
    scope = scope.parent;
    if (blocks.test(scope.type) || isFunction(scope)) break;
  }
  return scope;
}

/** The scope that a declaration of `var` belongs to. */
function hoistingScope(node: SyntaxNode): SyntaxNode {
  let scope = node;
  while (scope.parent) {
    scope = scope.parent;
    if (hoists.test(scope.type) || isFunction(scope)) break;
  }
  return scope;
}

/** Whether an identifier stands for a variable: not a property's name, a key, a label or part of an import. */
export function standsForVariable(node: SyntaxNode): boolean {
  const { parent } = node;
  if (node.type !== "Identifier" || !parent) return false;
  if (parent.type === "MemberExpression") return parent.computed === true || parent.object === node;
  if (keyed.has(parent.type)) {
    return parent.computed === true || parent.value === node;
  }
  if (unbound.has(parent.type)) return false;
  if (parent.type === "TSEnumMember") return parent.initializer === node;
  return !(isNode(parent.id) && parent.id === node && parent.type !== "VariableDeclarator");
}
