/** Makes fields of `constructor(private x)`: declared in front of the others, set as soon as there is a `this`. */
import { type Insertions, own } from "./edits";
import { functionAround } from "./names";
import { targetsOf } from "./patterns";
import { blank } from "./scan";
import { isClass, isNode, type SyntaxNode, statementsOf } from "./syntax-node";

export function lowerParameters(nodes: readonly SyntaxNode[], text: string, edits: Insertions): void {
  for (const node of nodes.filter(isClass)) {
    const made = isNode(node.body) ? statementsOf(node.body).find(storesParameters) : undefined;
    if (made && isNode(node.body)) lowerConstructor(node, node.body, made, text, edits);
  }
  for (const node of nodes) {
    if (node.type !== "CallExpression" || node.callee?.type !== "Super") continue;
    const names = fieldsOf(constructorAround(node));
    if (names.length > 0)
      edits.wrap(node.start, node.end, `${own}.resume(${own}.suspend(), `, `, ${assign(names)})`, -4);
  }
}

function storesParameters(member: SyntaxNode): boolean {
  return member.kind === "constructor" && isNode(member.value) && fieldsOf(member.value).length > 0;
}

function fieldsOf(fn: SyntaxNode | null): string[] {
  if (!isNode(fn?.body)) return [];
  const parameters = (fn?.params ?? []).filter((parameter) => parameter.type === "TSParameterProperty");
  return parameters.flatMap(targetsOf).map(({ name = "" }) => name);
}

const assign = (names: readonly string[]) => names.map((name) => `this.${name} = ${name}`).join(", ");

function lowerConstructor(
  type: SyntaxNode,
  body: SyntaxNode,
  made: SyntaxNode,
  text: string,
  edits: Insertions,
): void {
  const fn = made.value;
  if (!isNode(fn) || !isNode(fn.body)) return;
  const names = fieldsOf(fn);
  edits.wrap(body.start + 1, body.end, ` ${names.join("; ")};`, "", -1);
  for (const parameter of fn.params ?? []) {
    const [target] = targetsOf(parameter);
    if (parameter.type !== "TSParameterProperty" || !target) continue;
    edits.replace(parameter.start, target.start, blank(text.slice(parameter.start, target.start)));
  }
  if (type.superClass) return;
  const directive = statementsOf(fn.body).findLast((statement) => statement.directive !== undefined);
  const start = directive ? directive.end : fn.body.start + 1;
  edits.wrap(start, fn.body.end - 1, `${directive ? ";" : ""} ${assign(names)};`, "", -4);
}

/** The constructor that a `super(…)` belongs to, also from inside an arrow function. */
function constructorAround(node: SyntaxNode): SyntaxNode | null {
  let fn = functionAround(node);
  while (fn?.type === "ArrowFunctionExpression") fn = functionAround(fn);
  return fn;
}
