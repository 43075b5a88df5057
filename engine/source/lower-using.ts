/** Rewrites `using` and `await using` for Node 20, which does not know them. */
import { type Insertions, own } from "./edits";
import { targetsOf } from "./patterns";
import { isNode, type SyntaxNode, statementsOf } from "./syntax-node";

/** What stands behind the text of a file that needs it; the semantics are those of the ECMAScript proposal. */
const helpers = `
;function ${own}Use(scope, value, waits) {
  if (value === null || value === undefined) { if (waits) scope.stack.push([]); return value; }
  const method = (waits ? value[Symbol.asyncDispose] : undefined) ?? value[Symbol.dispose];
  if (typeof method !== "function") throw new TypeError("The value of a \`using\` declaration has no [Symbol.dispose]() method");
  scope.stack.push([value, method]);
  return value;
}
function ${own}Fail(scope, error) {
  const Suppressed = globalThis.SuppressedError;
  if (!scope.failed) scope.error = error;
  else if (Suppressed) scope.error = new Suppressed(error, scope.error);
  else scope.error = Object.assign(new Error("An error was suppressed during disposal"), { name: "SuppressedError", error, suppressed: scope.error });
  scope.failed = true;
}
function ${own}Dispose(scope) {
  for (let entry = scope.stack.pop(); entry; entry = scope.stack.pop()) {
    try { entry[1].call(entry[0]); } catch (error) { ${own}Fail(scope, error); }
  }
  if (scope.failed) throw scope.error;
}
async function ${own}DisposeAsync(scope) {
  for (let entry = scope.stack.pop(); entry; entry = scope.stack.pop()) {
    try { await entry[1]?.call(entry[0]); } catch (error) { ${own}Fail(scope, error); }
  }
  if (scope.failed) throw scope.error;
}`;

const isUsing = ({ type, kind }: SyntaxNode) => type === "VariableDeclaration" && /using$/.test(kind ?? "");
const waits = ({ kind }: SyntaxNode) => kind === "await using";

/** Puts each block with a `using` into a `try` that disposes of what it used. */
export function lowerUsing(nodes: readonly SyntaxNode[], text: string, edits: Insertions): void {
  const blocks = new Map<SyntaxNode, SyntaxNode[]>();
  for (const node of nodes.filter(isUsing)) {
    const { parent } = node;
    if (!parent) continue;
    edits.replace(node.start, node.start + (node.kind ?? "").length, "const");
    if (parent.type === "ForOfStatement") lowerLoop(parent, node, edits);
    else blocks.set(parent, [...(blocks.get(parent) ?? []), node]);
  }
  for (const [block, declarations] of blocks) lowerBlock(block, declarations, edits);
  const program = nodes[0];
  if (program && nodes.some(isUsing)) edits.wrap(program.start, text.length, "", helpers, -2);
}

function lowerBlock(block: SyntaxNode, declarations: readonly SyntaxNode[], edits: Insertions): void {
  const [start, end] = extentOf(block);
  const scope = `${own}Scope${start}`;
  edits.wrap(start, end, opening(scope), closing(scope, declarations.some(waits)), -1);
  for (const declaration of declarations) {
    for (const { init } of declaration.declarations ?? []) {
      if (init) edits.wrap(init.start, init.end, `${own}Use(${scope}, (`, `), ${waits(declaration)})`, 1.5);
    }
  }
}

function lowerLoop(loop: SyntaxNode, declaration: SyntaxNode, edits: Insertions): void {
  const { body } = loop;
  const target = declaration.declarations?.[0]?.id;
  const name = target && targetsOf(target)[0]?.name;
  if (!isNode(body) || !name) return;
  const scope = `${own}Scope${body.start}`;
  const use = `${own}Use(${scope}, ${name}, ${waits(declaration)});`;
  edits.wrap(
    body.start,
    body.end,
    `{ ${opening(scope)} ${use} `,
    `${closing(scope, waits(declaration))} }`,
    -1,
  );
}

const opening = (scope: string) => ` const ${scope} = { stack: [], failed: false, error: undefined }; try {`;

function closing(scope: string, waiting: boolean): string {
  const dispose = waiting
    ? `${own}.resume(${own}.suspend(), await ${own}DisposeAsync(${scope}))`
    : `${own}Dispose(${scope})`;
  return ` } catch (error) { ${own}Fail(${scope}, error); } finally { ${dispose}; }`;
}

/** What the `try` has to enclose: all of a block behind its directives, all of a file behind its imports. */
function extentOf(block: SyntaxNode): [start: number, end: number] {
  const statements = statementsOf(block);
  const isHead = ({ directive, type }: SyntaxNode) => directive !== undefined || type === "ImportDeclaration";
  const head = statements.findLast(isHead);
  const bracketed = block.type !== "Program" && block.type !== "StaticBlock";
  const first = bracketed ? block.start + 1 : (statements[0]?.start ?? block.start);
  return [head?.end ?? first, bracketed ? block.end - 1 : (statements.at(-1)?.end ?? block.end)];
}

/** A `using` at the top of a file that exports, which no `try` can enclose, or in the head of a plain `for`. */
export function findUnusable(node: SyntaxNode): boolean {
  if (!isUsing(node)) return false;
  const { parent } = node;
  if (parent?.type === "ForStatement") return true;
  if (parent?.type !== "Program") return false;
  const statements = statementsOf(parent);
  const imports = statements.findLastIndex(({ type }) => type === "ImportDeclaration");
  return statements.some(
    ({ type }, index) => type.startsWith("Export") || (index < imports && type !== "ImportDeclaration"),
  );
}
