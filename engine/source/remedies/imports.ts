/** How a text knows the library's functions, and how it gets to know one more. */
import type { Parsed } from "../parsed";
import { isNode, type SyntaxNode } from "../syntax-node";
import type { Puts } from "./puts";

const LIBRARY = "gradlens";

/** How the text calls the library's `name`, which is imported if it is not yet; null where that cannot be done safely. */
export function nameInText(parsed: Parsed, puts: Puts, name: string): string | null {
  const { nodes } = parsed;
  const imports = nodes.filter(
    ({ type, source }) => type === "ImportDeclaration" && source?.value === LIBRARY,
  );
  const specifiers = imports.flatMap(({ specifiers: list = [] }) => list);
  const known = specifiers.find(({ imported }) => imported?.name === name);
  if (known) return known.local?.name ?? null;
  const whole = specifiers.find(({ type }) => type === "ImportNamespaceSpecifier");
  if (whole?.local?.name) return `${whole.local.name}.${name}`;
  // A variable of that name would be called instead.
  if (nodes.some((node) => node.type === "Identifier" && node.name === name && !isField(node))) return null;
  const list = specifiers.filter(
    ({ type, importKind }) => type === "ImportSpecifier" && importKind !== "type",
  );
  const first = list[0] ?? null;
  if (first) puts.put(first.start, first.start, `${name}, `);
  else return requiredName(parsed, puts, name);
  return name;
}

/** `const { relu } = require("gradlens")`, `const gl = require("gradlens")` */
function requiredName({ nodes }: Parsed, puts: Puts, name: string): string | null {
  const declared = nodes.find(({ type, init }) => type === "VariableDeclarator" && isRequire(init));
  const id = declared?.id;
  if (id?.type === "Identifier" && id.name) return `${id.name}.${name}`;
  if (id?.type !== "ObjectPattern") return null;
  const known = id.properties?.find(({ key }) => key?.name === name);
  if (known) return isNode(known.value) ? (known.value.name ?? null) : null;
  const first = id.properties?.[0];
  if (first) puts.put(first.start, first.start, `${name}, `);
  return first ? name : null;
}

function isRequire(init: SyntaxNode | null | undefined): boolean {
  const from = init?.arguments?.[0];
  return init?.type === "CallExpression" && init.callee?.name === "require" && from?.value === LIBRARY;
}

/** Whether a name is that of a field: `x.relu`, `{ relu: … }`. */
function isField({ parent, start }: SyntaxNode): boolean {
  const isOf = (key: SyntaxNode | undefined) => key?.start === start && parent?.computed !== true;
  return isOf(parent?.property) || (parent?.shorthand !== true && isOf(parent?.key));
}
