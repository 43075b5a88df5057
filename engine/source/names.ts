/** How a person calls an expression, a function, a class: the texts that reports show. */
import { bare, isClass, isFunction, isNode, parentOf, type SyntaxNode } from "./syntax-node";

/** `this.fc1.forward`, `relu(…).sum`, `hs[…]`: an expression without its details; of a long chain the last links. */
export function nameExpression(node: SyntaxNode, links = 8): string {
  const inner = bare(node);
  if (links === 0) return "…";
  const nested = (part: SyntaxNode | undefined) => (part ? nameExpression(part, links - 1) : "…");
  switch (inner.type) {
    case "Identifier":
      return inner.name ?? "…";
    case "PrivateIdentifier":
      return `#${inner.name}`;
    case "ThisExpression":
      return "this";
    case "Super":
      return "super";
    case "ChainExpression":
      return isNode(inner.expression) ? nested(inner.expression) : "…";
    case "CallExpression":
      return `${nested(inner.callee)}(…)`;
    case "NewExpression":
      return `new ${nested(inner.callee)}(…)`;
    case "TaggedTemplateExpression":
      return `${nested(inner.tag)}\`…\``;
    case "MemberExpression":
      return `${nested(inner.object)}${nameProperty(inner)}`;
    case "FunctionExpression":
    case "ClassExpression":
      return inner.id?.name ?? (isClass(inner) ? "(class)" : "(function)");
    case "ArrowFunctionExpression":
      return "(function)";
    default:
      return "(…)";
  }
}

function nameProperty({ computed, property }: SyntaxNode): string {
  if (!property) return "";
  if (!computed) return `.${nameExpression(property)}`;
  const key = bare(property);
  if (key.type === "Literal" && key.raw) return `[${key.raw}]`;
  return key.type === "Identifier" ? `[${key.name}]` : "[…]";
}

/** The name of a property, a method or a field; null when it is computed. */
export function nameKey(node: SyntaxNode): string | null {
  if (node.computed || !node.key) return null;
  if (node.key.type === "Literal") return String(node.key.value);
  return nameExpression(node.key);
}

/** The nearest function around a node, itself not counted. */
export function functionAround(node: SyntaxNode): SyntaxNode | null {
  let outer = node.parent;
  while (outer && !isFunction(outer)) outer = outer.parent;
  return outer;
}

/** The nearest class around a node. */
export function classAround(node: SyntaxNode): SyntaxNode | null {
  let outer = node.parent;
  while (outer && !isClass(outer)) outer = outer.parent;
  return outer;
}

/** `Net`, or the name of the variable or field that holds an anonymous class. */
export function nameClass(node: SyntaxNode): string | null {
  return node.id?.name ?? nameHolder(node);
}

/** `forward`, `Net.forward`; a callback without a name has that of the function around it; null at the top. */
export function nameFunctionAround(node: SyntaxNode): string | null {
  for (let outer = functionAround(node); outer; outer = functionAround(outer)) {
    const name = nameFunction(outer);
    if (name) return name;
  }
  return null;
}

/** The name of a function by its declaration, its method or the variable that holds it. */
export function nameFunction(node: SyntaxNode): string | null {
  if (node.id?.name) return node.id.name;
  const { parent } = node;
  if (parent?.type === "MethodDefinition") return nameMember(parent);
  if (parent?.type === "PropertyDefinition") return nameMember(parent);
  if (parent?.type === "Property") return nameKey(parent);
  return nameHolder(node);
}

/** `this.w`, `Net.shared` of a static field; null when the name is computed. */
export function nameField(field: SyntaxNode): string | null {
  const key = nameKey(field);
  const type = classAround(field);
  const owner = field.static ? ((type && nameClass(type)) ?? "static") : "this";
  return key && `${owner}.${key}`;
}

function nameMember(member: SyntaxNode): string | null {
  const key = nameKey(member);
  const owner = classAround(member);
  const type = owner && nameClass(owner);
  return key && type ? `${type}.${key}` : key;
}

function nameHolder(node: SyntaxNode): string | null {
  const parent = parentOf(node);
  if (parent?.type === "VariableDeclarator" && parent.id?.type === "Identifier")
    return parent.id.name ?? null;
  if (parent?.type === "AssignmentExpression" && parent.left) return nameExpression(parent.left);
  if (parent?.type === "ExportDefaultDeclaration") return "default";
  return null;
}
