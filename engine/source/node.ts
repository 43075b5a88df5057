/** The syntax tree as plain linked nodes, and the flat list that every reader of it goes through. */

/** A node of acorn's tree (ESTree and its TypeScript kin); which fields are there depends on `type`. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  parent: Node | null;
  readonly abstract?: boolean;
  readonly accessor?: boolean;
  readonly alternate?: Node | null;
  readonly argument?: Node | null;
  readonly arguments?: readonly Node[];
  readonly async?: boolean;
  readonly await?: boolean;
  readonly block?: Node;
  readonly body?: Node | readonly Node[];
  readonly callee?: Node;
  readonly computed?: boolean;
  readonly consequent?: Node | readonly Node[];
  readonly const?: boolean;
  readonly declaration?: Node | null;
  readonly declarations?: readonly Node[];
  readonly declare?: boolean;
  readonly decorators?: readonly Node[];
  readonly directive?: string;
  readonly elements?: readonly (Node | null)[];
  readonly exported?: Node | null;
  readonly exportKind?: string;
  readonly expression?: Node | boolean;
  readonly expressions?: readonly Node[];
  readonly generator?: boolean;
  readonly finalizer?: Node | null;
  readonly handler?: Node | null;
  readonly id?: Node | null;
  readonly implements?: readonly Node[];
  readonly imported?: Node;
  readonly importKind?: string;
  readonly init?: Node | null;
  readonly initializer?: Node | null;
  readonly isExport?: boolean;
  readonly key?: Node;
  readonly kind?: string;
  readonly label?: Node | null;
  readonly left?: Node;
  readonly local?: Node;
  readonly members?: readonly Node[];
  readonly method?: boolean;
  readonly moduleReference?: Node;
  readonly name?: string;
  readonly object?: Node;
  readonly operator?: string;
  readonly optional?: boolean;
  readonly param?: Node | null;
  readonly parameter?: Node;
  readonly params?: readonly Node[];
  readonly properties?: readonly Node[];
  readonly property?: Node;
  readonly raw?: string;
  readonly returnType?: Node;
  readonly right?: Node;
  readonly shorthand?: boolean;
  readonly source?: Node | null;
  readonly specifiers?: readonly Node[];
  readonly static?: boolean;
  readonly superClass?: Node | null;
  readonly tag?: Node;
  readonly superTypeArguments?: Node;
  readonly superTypeParameters?: Node;
  readonly typeAnnotation?: Node;
  readonly typeArguments?: Node;
  readonly typeParameters?: Node;
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

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Whether a node is gone after the types are stripped: an interface, an abstract member, anything under `declare`. */
export function isErased(node: Node): boolean {
  if (node.declare === true) return true;
  if (node.abstract === true && !isClass(node)) return true;
  if (node.type === "MethodDefinition") return isNode(node.value) && node.value.type === "TSDeclareMethod";
  return node.type.startsWith("TS") && !runningTypeScript.has(node.type);
}

/** All nodes that run, outer before inner, each linked to its parent; types are left out. */
export function linkNodes(program: Node): Node[] {
  const nodes: Node[] = [];
  const open: Node[] = [program];
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

function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key of Object.keys(node)) {
    if (typeKeys.has(key)) continue;
    const value = node[key as keyof Node];
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

export function isFunction(node: Node): boolean {
  return functions.has(node.type);
}

export function isClass(node: Node): boolean {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

/** The expression without `as T`, `satisfies T`, `<T>` and `!` around it. */
export function bare(node: Node): Node {
  let inner = node;
  while (wrappers.has(inner.type) && isNode(inner.expression)) inner = inner.expression;
  return inner;
}

/** The nearest node around this one, through type wrappers. */
export function parentOf(node: Node): Node | null {
  let outer = node.parent;
  while (outer && wrappers.has(outer.type)) outer = outer.parent;
  return outer;
}

/** The statements of a block, a program, a class body or a namespace. */
export function statementsOf(node: Node): readonly Node[] {
  const list = node.type === "SwitchCase" ? node.consequent : node.body;
  return Array.isArray(list) ? list : [];
}

/** Where an identifier ends: the parser's end of one that has a type includes the type. */
export function endOfName({ type, start, end, name = "" }: Node, text: string): number {
  return type === "Identifier" && text.startsWith(name, start) ? start + name.length : end;
}
