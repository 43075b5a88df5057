/** Writes the marks by which hand-written layers tell of their calls, their private fields and the file's variables. */
import { type Insertions, own } from "./edits";
import type { HandNode } from "./hand-node";
import { findHandNodes, layerKey } from "./hand-written";
import type { Parsed } from "./parsed";
import { bare, isErased, isNode, type SyntaxNode, statementsOf } from "./syntax-node";
import { topVariables } from "./top-level";

/** Inside of everything else that is written around the same expression. */
const rank = 4;

export function markLayers(parsed: Parsed, edits: Insertions): void {
  const layers = findHandNodes(parsed);
  const marked = new Set<SyntaxNode>();
  for (const layer of layers) {
    const held = layer.kind === "object" ? layer.node : layer.holder;
    if (held && !marked.has(held)) markObject(held, layer.kind === "object", parsed, edits);
    if (held) marked.add(held);
    for (const fn of [layer.forward, layer.backward]) {
      if (layer.kind === "object" || marked.has(fn)) continue;
      marked.add(fn);
      markFunction(fn, functionKey(fn, parsed), layer, edits);
    }
  }
  const classes = parsed.nodes.filter(({ type }) => type === "ClassBody");
  for (const body of classes) markPrivate(body, edits);
  if (layers.length === 0) return;
  for (const node of parsed.nodes) markDraws(node, edits);
  offerTopLevel(parsed, layers, edits);
}

/** The key of a function: its place in the file. */
function functionKey(fn: SyntaxNode, { file, positions }: Parsed): string {
  return layerKey(file, positions.range(fn.start, fn.end));
}

function markFunction(
  fn: SyntaxNode,
  key: string,
  { kind, names, forward }: HandNode,
  edits: Insertions,
): void {
  const { body } = fn;
  if (!isNode(body)) return;
  const self = kind === "class" ? "this" : "null";
  if (fn.type === "ArrowFunctionExpression") {
    const isForward = fn === forward;
    const name = names?.[isForward ? 0 : 1] ?? (isForward ? "forward" : "backward");
    const open = `${own}.calls(${JSON.stringify(key)}, ${self}, ${JSON.stringify(name)}, `;
    edits.wrap(fn.start, fn.end, open, ")", rank);
    return;
  }
  const directive = statementsOf(body).findLast((statement) => statement.directive !== undefined);
  const at = directive ? directive.end : body.start + 1;
  const call = `${directive ? ";" : ""} ${own}.called(${JSON.stringify(key)}, ${self}, arguments);`;
  edits.wrap(at, at, call, "", rank);
}

/** @param isLayer false for one that only has pairs of functions, which tell of their calls themselves */
function markObject(node: SyntaxNode, isLayer: boolean, parsed: Parsed, edits: Insertions): void {
  const key = `${JSON.stringify(functionKey(node, parsed))}, ${isLayer}`;
  if (node.type === "ObjectExpression") {
    edits.wrap(node.start, node.end, `${own}.holds(${key}, `, ")", rank);
  } else if (isNode(node.body)) {
    const at = node.body.start + 1;
    edits.wrap(at, at, ` static { ${own}.holds(${key}, this); }`, "", rank);
  }
}

/** Only code in the class itself can reach its private fields. */
function markPrivate(body: SyntaxNode, edits: Insertions): void {
  const names = statementsOf(body)
    .filter(
      (member) =>
        !isErased(member) && member.type === "PropertyDefinition" && !member.static && !member.accessor,
    )
    .flatMap(({ key }) => (key?.type === "PrivateIdentifier" && key.name ? [key.name] : []));
  if (names.length === 0) return;
  const fields = names.map((name) => `${name}: [(o) => o.#${name}, (o, v) => { o.#${name} = v; }]`);
  const at = body.start + 1;
  edits.wrap(at, at, ` static { ${own}.keep(this, { ${fields.join(", ")} }); }`, "", rank);
}

/** `const random = mulberry32(42)`: a function that was made by another may draw numbers, from what it keeps to itself. */
function markDraws(node: SyntaxNode, edits: Insertions): void {
  const { type, init, value, left, right } = node;
  const made =
    type === "VariableDeclarator"
      ? init
      : type === "PropertyDefinition" && isNode(value)
        ? value
        : type === "AssignmentExpression" && left?.type === "MemberExpression" && node.operator === "="
          ? right
          : null;
  const inner = made && bare(made);
  if (inner?.type === "CallExpression") edits.wrap(inner.start, inner.end, `${own}.draws(`, ")", rank);
}

/** At the end of the file, where all of its variables have their values. */
function offerTopLevel(
  { program, file, text }: Parsed,
  layers: readonly HandNode[],
  edits: Insertions,
): void {
  const functions = new Map(
    layers.flatMap(({ names = [], places = names, holder }) =>
      holder ? [] : names.map((name, i) => [name, places[i]] as const),
    ),
  );
  const offered = [...functions].map(([name, place]) => (name === place ? name : `${name}: ${place}`));
  const variables = topVariables(program);
  const named = (isFixed: boolean) =>
    variables.filter((each) => each.isFixed === isFixed).map(({ name }) => name);
  const changed = named(false);
  const parts = [
    `functions: { ${offered.join(", ")} }`,
    `constants: () => ({ ${named(true).join(", ")} })`,
    `variables: () => ({ ${changed.join(", ")} })`,
    `write: (v) => { ${changed.map((name) => `${name} = v.${name};`).join(" ")} }`,
  ];
  const top = `{ ${parts.join(", ")} }`;
  edits.wrap(text.length, text.length, "", `\n;${own}.offer(${JSON.stringify(file)}, ${top});`);
}
