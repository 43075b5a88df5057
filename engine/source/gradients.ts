/** Where a backward pass written by hand makes each gradient: in what it returns, and in the fields that it fills. */
import { Flow, type FlowStep } from "./flow";
import { nameKey } from "./names";
import type { Parsed } from "./parsed";
import { VariableScopes } from "./scope";
import { bare, isFunction, isNode, type SyntaxNode } from "./syntax-node";
import type { SourceGradient, SourceGradients } from "./types";

const scopesOf = new WeakMap<Parsed, VariableScopes>();

/** @param backward the function, or the method, property or statement that holds it */
export function findGradients(backward: SyntaxNode | undefined, parsed: Parsed): SourceGradients {
  const { nodes, positions } = parsed;
  const inside = nodes.filter((node) => backward && backward.start <= node.start && node.end <= backward.end);
  const fn = inside.filter(isFunction).reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a), nothing);
  const scopes = scopesOf.get(parsed) ?? new VariableScopes(nodes);
  scopesOf.set(parsed, scopes);
  const flow = new Flow(fn, nodes, scopes);
  const at = ({ start, end }: SyntaxNode) => positions.range(start, end);
  const result = returnedBy(fn, inside);
  const returned = partsOf(result, flow).map(({ name, value }): SourceGradient => {
    const held = joinedFrom(value, flow) ?? value;
    const made = flow.makerOf(held);
    const isName = made !== null && isReference(held);
    return { name, range: at(isName ? made.node : held), madeOf: flow.madeOf(value) };
  });
  return {
    returned,
    fields: fieldsOf(flow).map(([name, step]) => ({
      name,
      range: at(step.node),
      madeOf: flow.madeOf(step.node),
    })),
    result: result && at(result),
    steps: flow.steps.map(({ node, makes }) => ({ range: at(node), makes })),
  };
}

const nothing: SyntaxNode = { type: "", start: 0, end: 0, parent: null };

/** The last step of each field: `dW`, `grads.W`. */
function fieldsOf({ steps }: Flow): [name: string, step: FlowStep][] {
  const fields = steps.filter(({ key, makes }) => makes && key.startsWith("this."));
  return [...new Map(fields.map((step) => [step.key.slice("this.".length), step]))];
}

function isReference(value: SyntaxNode): boolean {
  const inner = bare(value);
  return inner.type === "Identifier" || (inner.type === "MemberExpression" && !inner.computed);
}

/** Of `[...grad, ...dlv]` the only part that the pass made: what it was given is not its fault. */
function joinedFrom(value: SyntaxNode, flow: Flow): SyntaxNode | null {
  if (!isJoined(value)) return null;
  const parts = (value.elements ?? []).flatMap((each) => (each?.argument ? [bare(each.argument)] : []));
  const made = parts.filter((part) => !isReference(part) || flow.makerOf(part) !== null);
  return made.length === 1 ? (made[0] ?? null) : null;
}

/** `[...a, ...b]`: one gradient that is put together. */
function isJoined({ type, elements = [] }: SyntaxNode): boolean {
  return (
    type === "ArrayExpression" &&
    elements.length > 0 &&
    elements.every((each) => each?.type === "SpreadElement")
  );
}

/** What a function returns: of several places the last, since those before it are ways out for special cases. */
function returnedBy(fn: SyntaxNode, inside: readonly SyntaxNode[]): SyntaxNode | null {
  if (isNode(fn.body) && fn.body.type !== "BlockStatement") return bare(fn.body);
  const returns = inside.filter((node) => node.type === "ReturnStatement" && functionAround(node) === fn);
  const value = returns.at(-1)?.argument;
  return value ? bare(value) : null;
}

function functionAround(node: SyntaxNode): SyntaxNode | null {
  let around = node.parent;
  while (around && !isFunction(around)) around = around.parent;
  return around;
}

interface Part {
  /** The key in an object. */
  readonly name: string | null;
  readonly value: SyntaxNode;
}

/** One gradient per input: the elements of an array, the values of an object, or the value itself. */
function partsOf(value: SyntaxNode | null, flow: Flow, deep = true): Part[] {
  if (value === null) return [];
  if (isJoined(value)) return [{ name: null, value }];
  if (value.type === "ArrayExpression")
    return (value.elements ?? []).flatMap((each) => (each ? [{ name: null, value: bare(each) }] : []));
  if (value.type === "ObjectExpression") {
    return (value.properties ?? []).flatMap((property) =>
      isNode(property.value) ? [{ name: nameKey(property), value: bare(property.value) }] : [],
    );
  }
  const made = deep && value.type === "Identifier" ? flow.makerOf(value)?.node.init : null;
  const inside = made ? partsOf(bare(made), flow, false) : [];
  return inside.length > 1 || inside[0]?.name ? inside : [{ name: null, value }];
}
