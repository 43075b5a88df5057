/** Gives every place that holds a value a key, `h`, `this.fc1`, `params.w`, so that reads and bindings meet. */
import { classAround, nameKey } from "./names";
import { bare, isClass, isNode, type Node, parentOf } from "./node";
import { isVariable, type Scopes, type Variable } from "./scope";

export class Slots {
  constructor(readonly scopes: Scopes) {}

  /** The key of what a node names: an identifier, a member, a field, a property of a literal; null when unclear. */
  of(node: Node): string | null {
    const inner = bare(node);
    switch (inner.type) {
      case "Identifier":
        return isVariable(inner) ? this.#ofVariable(this.scopes.resolve(inner)) : null;
      case "ThisExpression":
        return this.#ofClass(classAround(inner));
      case "MemberExpression":
        return this.#join(inner.object && this.of(inner.object), keyOf(inner));
      case "PropertyDefinition":
        return this.#join(this.#ofClass(classAround(inner)), nameKey(inner));
      case "Property":
        return this.#ofProperty(inner);
      default:
        return null;
    }
  }

  #join(owner: string | null | undefined, key: string | null): string | null {
    return owner && key ? `${owner}.${key}` : null;
  }

  /** An instance that is made once, `const net = new Net()`, shares the fields of its class. */
  #ofVariable({ id, declaration }: Variable): string {
    if (declaration && isClass(declaration)) return `class ${declaration.start}`;
    const init = declaration?.type === "VariableDeclarator" && declaration.init && bare(declaration.init);
    const made = init && init.type === "NewExpression" ? init.callee : undefined;
    const type = made?.type === "Identifier" ? this.scopes.resolve(made).declaration : null;
    return type && isClass(type) ? `class ${type.start}` : `variable ${id}`;
  }

  #ofClass(node: Node | null): string | null {
    return node && `class ${node.start}`;
  }

  #ofProperty(property: Node): string | null {
    const holder = holderOf(property);
    return this.#join(holder && this.of(holder), nameKey(property));
  }
}

/** What holds the object literal that a property stands in: a name, a member, a field, a property around it. */
export function holderOf(property: Node): Node | null {
  const literal = property.parent;
  const outer = literal?.type === "ObjectExpression" ? parentOf(literal) : null;
  switch (outer?.type) {
    case "VariableDeclarator":
      return outer.id?.type === "Identifier" ? outer.id : null;
    case "AssignmentExpression":
      return outer.operator === "=" && outer.left ? bare(outer.left) : null;
    case "PropertyDefinition":
    case "Property":
      return outer;
    default:
      return null;
  }
}

function keyOf({ computed, property }: Node): string | null {
  if (!property) return null;
  if (!computed) return property.type === "PrivateIdentifier" ? `#${property.name}` : (property.name ?? null);
  return property.type === "Literal" ? String(property.value) : null;
}
