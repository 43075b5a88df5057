/** The syntax tree as plain linked nodes, and the flat list that every reader of it goes through. */

/** A node of acorn's tree (ESTree and its TypeScript kin); which fields are there depends on `type`. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  parent: SyntaxNode | null;
  readonly abstract?: boolean;
  readonly accessor?: boolean;
  readonly alternate?: SyntaxNode | null;
  readonly argument?: SyntaxNode | null;
  readonly arguments?: readonly SyntaxNode[];
  readonly async?: boolean;
  readonly await?: boolean;
  readonly block?: SyntaxNode;
  readonly body?: SyntaxNode | readonly SyntaxNode[];
  readonly callee?: SyntaxNode;
  readonly computed?: boolean;
  readonly consequent?: SyntaxNode | readonly SyntaxNode[];
  readonly const?: boolean;
  readonly declaration?: SyntaxNode | null;
  readonly declarations?: readonly SyntaxNode[];
  readonly declare?: boolean;
  readonly decorators?: readonly SyntaxNode[];
  readonly directive?: string;
  readonly elements?: readonly (SyntaxNode | null)[];
  readonly exported?: SyntaxNode | null;
  readonly exportKind?: string;
  readonly expression?: SyntaxNode | boolean;
  readonly expressions?: readonly SyntaxNode[];
  readonly generator?: boolean;
  readonly finalizer?: SyntaxNode | null;
  readonly handler?: SyntaxNode | null;
  readonly id?: SyntaxNode | null;
  readonly implements?: readonly SyntaxNode[];
  readonly imported?: SyntaxNode;
  readonly importKind?: string;
  readonly init?: SyntaxNode | null;
  readonly initializer?: SyntaxNode | null;
  readonly isExport?: boolean;
  readonly key?: SyntaxNode;
  readonly kind?: string;
  readonly label?: SyntaxNode | null;
  readonly left?: SyntaxNode;
  readonly local?: SyntaxNode;
  readonly members?: readonly SyntaxNode[];
  readonly method?: boolean;
  readonly moduleReference?: SyntaxNode;
  readonly name?: string;
  readonly object?: SyntaxNode;
  readonly operator?: string;
  readonly optional?: boolean;
  readonly param?: SyntaxNode | null;
  readonly parameter?: SyntaxNode;
  readonly params?: readonly SyntaxNode[];
  readonly properties?: readonly SyntaxNode[];
  readonly property?: SyntaxNode;
  readonly raw?: string;
  readonly returnType?: SyntaxNode;
  readonly right?: SyntaxNode;
  readonly shorthand?: boolean;
  readonly source?: SyntaxNode | null;
  readonly specifiers?: readonly SyntaxNode[];
  readonly static?: boolean;
  readonly superClass?: SyntaxNode | null;
  readonly tag?: SyntaxNode;
  readonly superTypeArguments?: SyntaxNode;
  readonly superTypeParameters?: SyntaxNode;
  readonly typeAnnotation?: SyntaxNode;
  readonly typeArguments?: SyntaxNode;
  readonly typeParameters?: SyntaxNode;
  readonly value?: unknown;
}

const typeKeys = new Set([
  "loc",
  "parent",
  "typeAnnotation",
  "typeParameters",
  "typeArguments",
  "returnType",
  "superTypeParameters",
  "superTypeArguments",
  "implements",
]);

const runningTypeScript = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSParameterProperty",
  "TSEnumDeclaration",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSImportEqualsDeclaration",
  "TSExportAssignment",
  "TSNamespaceExportDeclaration",
]);

const wrappers = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
]);

const functions = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Whether a node is gone after the types are stripped: an interface, an abstract member, anything under `declare`. */
export function isErased(node: SyntaxNode): boolean {
  if (node.declare === true) return true;
  if (node.abstract === true && !isClass(node)) return true;
  if (node.type === "MethodDefinition") return isNode(node.value) && node.value.type === "TSDeclareMethod";
  return node.type.startsWith("TS") && !runningTypeScript.has(node.type);
}

/** All nodes that run, outer before inner, each linked to its parent; types are left out. */
export function linkNodes(program: SyntaxNode): SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  const open: SyntaxNode[] = [program];
  program.parent = null;
  // Not recursive: a chain of thousands of calls is as deep as it is long.
  for (let node = open.pop(); node; node = open.pop()) {
    nodes.push(node);
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (!child) continue;
      child.parent = node;
      open.push(child);
    }
  }
  return nodes;
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const key of Object.keys(node)) {
    if (typeKeys.has(key)) continue;
    const value = node[key as keyof SyntaxNode];
    // A shorthand `{ a }` holds the same name as key and as value.
    if (typeof value !== "object" || value === null || (key === "key" && node.shorthand)) continue;
    if (Array.isArray(value)) {
      for (const child of value) if (isNode(child) && !isErased(child)) children.push(child);
    } else if (isNode(value) && !isErased(value)) {
      children.push(value);
    }
  }
  return children;
}

export function isFunction(node: SyntaxNode): boolean {
  return functions.has(node.type);
}

export function isClass(node: SyntaxNode): boolean {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

/** The expression without `as T`, `satisfies T`, `<T>` and `!` around it. */
export function bare(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (wrappers.has(inner.type) && isNode(inner.expression)) inner = inner.expression;
  return inner;
}

/** The nearest node around this one, through type wrappers. */
export function parentOf(node: SyntaxNode): SyntaxNode | null {
  let outer = node.parent;
  while (outer && wrappers.has(outer.type)) outer = outer.parent;
  return outer;
}

/** The statements of a block, a program, a class body or a namespace. */
export function statementsOf(node: SyntaxNode): readonly SyntaxNode[] {
  const list = node.type === "SwitchCase" ? node.consequent : node.body;
  return Array.isArray(list) ? list : [];
}

/** Where an identifier ends: the parser's end of one that has a type includes the type. */
export function endOfName({ type, start, end, name = "" }: SyntaxNode, text: string): number {
  return type === "Identifier" && text.startsWith(name, start) ? start + name.length : end;
}
