/** Gives every place that holds a value a key, `h`, `this.fc1`, `params.w`, so that reads and bindings meet. */
import { classAround, nameKey } from "./names";
import { targetsOf } from "./patterns";
import { standsForVariable, type Variable, type VariableScopes } from "./scope";
import { bare, isClass, parentOf, type SyntaxNode } from "./syntax-node";

export class Slots {
  constructor(readonly scopes: VariableScopes) {}

  /**
   * The key of what a node names: an identifier, a member, a field, a property of a literal; null when unclear.
   * `up` asks for the field of that name in the class so many steps up the `extends`.
   */
  of(node: SyntaxNode, up = 0): string | null {
    const inner = bare(node);
    switch (inner.type) {
      case "Identifier":
        return standsForVariable(inner) ? this.#ofVariable(this.scopes.resolve(inner), up) : null;
      case "ThisExpression":
        return this.#ofClass(classAround(inner), up);
      case "MemberExpression":
        return join(inner.object && this.of(inner.object, up), memberKey(inner));
      case "PropertyDefinition":
        return join(this.#ofClass(classAround(inner), up), nameKey(inner));
      case "TSParameterProperty":
        return join(this.#ofClass(classAround(inner), up), targetsOf(inner)[0]?.name ?? null);
      case "Property":
        return this.#ofProperty(inner, up);
      default:
        return null;
    }
  }

  /** An instance that is made once, `const net = new Net()`, shares the fields of its class. */
  #ofVariable({ id, declaration }: Variable, up: number): string | null {
    if (declaration && isClass(declaration)) return this.#ofClass(declaration, up);
    const init =
      declaration?.type === "VariableDeclarator" && declaration.init ? bare(declaration.init) : null;
    return up === 0 ? `variable ${id}` : this.#ofClass(this.#madeBy(init), up - 1);
  }

  #madeBy(init: SyntaxNode | null): SyntaxNode | null {
    const made = init?.type === "NewExpression" ? init.callee : null;
    return made?.type === "Identifier" ? this.#classOf(made) : null;
  }

  #classOf(name: SyntaxNode): SyntaxNode | null {
    const { declaration } = this.scopes.resolve(name);
    return declaration && isClass(declaration) ? declaration : null;
  }

  #ofClass(node: SyntaxNode | null, up: number): string | null {
    let type = node;
    for (let step = 0; step < up && type; step++) {
      const parent: SyntaxNode | null | undefined = type.superClass && bare(type.superClass);
      type = parent?.type === "Identifier" ? this.#classOf(parent) : null;
    }
    return type && `class ${type.start}`;
  }

  #ofProperty(property: SyntaxNode, up: number): string | null {
    const holder = holderOf(property);
    return join(holder && this.of(holder, up), nameKey(property));
  }
}

function join(owner: string | null | undefined, key: string | null): string | null {
  return owner && key ? `${owner}.${key}` : null;
}

/** What holds the object literal that a property stands in: a name, a member, a field, a property around it. */
export function holderOf(property: SyntaxNode): SyntaxNode | null {
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

/** The name of a member: `w` in `this.w`; null when it is computed. */
export function memberKey({ computed, property }: SyntaxNode): string | null {
  if (!property) return null;
  if (!computed) return property.type === "PrivateIdentifier" ? `#${property.name}` : (property.name ?? null);
  return property.type === "Literal" ? String(property.value) : null;
}
