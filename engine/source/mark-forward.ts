/** Writes the marks by which the `forward` of a layer says that the layer is running, wherever it is called from. */
import { type Insertions, own } from "./edits";
import { nameKey } from "./names";
import { memberKey } from "./slots";
import { bare, isErased, isNode, type SyntaxNode, statementsOf } from "./syntax-node";

/** Outside of the marks that note the parameters. */
const rank = -2;

export function markForward(nodes: readonly SyntaxNode[], edits: Insertions): void {
  for (const node of nodes) {
    const fn = forwardOf(node);
    if (!fn || fn.generator || !isNode(fn.body)) continue;
    markBody(fn.body, edits);
    if (node.type === "MethodDefinition" && node.parent) markClass(node.parent, edits);
    // Elsewhere nothing may come between a function and what gives it its name.
    if (node.type === "AssignmentExpression") edits.wrap(fn.start, fn.end, `${own}.tells(`, ")", rank);
  }
}

/** The function that a method, a field, a property or an assignment gives the name `forward`. */
function forwardOf(node: SyntaxNode): SyntaxNode | null {
  switch (node.type) {
    case "MethodDefinition":
      return node.kind === "method" && !node.static && isForward(node) ? asFunction(node.value) : null;
    case "PropertyDefinition":
      return !node.static && isForward(node) ? asFunction(node.value, true) : null;
    case "Property":
      return isForward(node) && !isErased(node) ? asFunction(node.value) : null;
    case "AssignmentExpression": {
      const left = node.left && bare(node.left);
      return left?.type === "MemberExpression" && memberKey(left) === "forward"
        ? asFunction(node.right)
        : null;
    }
    default:
      return null;
  }
}

const isForward = (node: SyntaxNode) => nameKey(node) === "forward";

/** Of the arrow functions only one in a field has the layer as its `this`. */
function asFunction(value: unknown, isField = false): SyntaxNode | null {
  const inner = isNode(value) ? bare(value) : null;
  if (inner?.type === "FunctionExpression") return inner;
  return isField && inner?.type === "ArrowFunctionExpression" ? inner : null;
}

function markBody(body: SyntaxNode, edits: Insertions): void {
  if (body.type !== "BlockStatement") {
    edits.wrap(body.start, body.end, `${own}.leave(${own}.into(this), (`, "))", rank);
    return;
  }
  const directive = statementsOf(body).findLast((statement) => statement.directive !== undefined);
  const start = directive ? directive.end : body.start + 1;
  const open = `${directive ? ";" : ""} const ${own}Layer = ${own}.into(this); try {`;
  const close = `} catch (${own}Error) { throw ${own}.threw(${own}Layer, ${own}Error); } finally { ${own}.out(${own}Layer); }`;
  edits.wrap(start, body.end - 1, open, close, rank);
}

function markClass(body: SyntaxNode, edits: Insertions): void {
  if (!body.parent?.superClass) return;
  edits.wrap(body.start + 1, body.start + 1, ` static { ${own}.tells(this.prototype.forward); }`, "", 4);
}
