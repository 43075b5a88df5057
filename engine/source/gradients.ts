/** Where a backward pass written by hand makes each gradient: in what it returns, and in the fields that it fills. */
import { Flow, type Step } from "./flow";
import { nameKey } from "./names";
import { bare, isFunction, isNode, type Node } from "./node";
import type { Parsed } from "./parse";
import { Scopes } from "./scope";
import type { SourceGradient, SourceGradients } from "./types";

const scopesOf = new WeakMap<Parsed, Scopes>();

/** @param backward the function, or the method, property or statement that holds it */
export function findGradients(backward: Node | undefined, parsed: Parsed): SourceGradients {
  const { nodes, positions } = parsed;
  const inside = nodes.filter((node) => backward && backward.start <= node.start && node.end <= backward.end);
  const fn = inside.filter(isFunction).reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a), nothing);
  const scopes = scopesOf.get(parsed) ?? new Scopes(nodes);
  scopesOf.set(parsed, scopes);
  const flow = new Flow(fn, nodes, scopes);
  const at = ({ start, end }: Node) => positions.range(start, end);
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

const nothing: Node = { type: "", start: 0, end: 0, parent: null };

/** The last step of each field: `dW`, `grads.W`. */
function fieldsOf({ steps }: Flow): [name: string, step: Step][] {
  const fields = steps.filter(({ key, makes }) => makes && key.startsWith("this."));
  return [...new Map(fields.map((step) => [step.key.slice("this.".length), step]))];
}

function isReference(value: Node): boolean {
  const inner = bare(value);
  return inner.type === "Identifier" || (inner.type === "MemberExpression" && !inner.computed);
}

/** Of `[...grad, ...dlv]` the only part that the pass made: what it was given is not its fault. */
function joinedFrom(value: Node, flow: Flow): Node | null {
  if (!isJoined(value)) return null;
  const parts = (value.elements ?? []).flatMap((each) => (each?.argument ? [bare(each.argument)] : []));
  const made = parts.filter((part) => !isReference(part) || flow.makerOf(part) !== null);
  return made.length === 1 ? (made[0] ?? null) : null;
}

/** `[...a, ...b]`: one gradient that is put together. */
function isJoined({ type, elements = [] }: Node): boolean {
  return (
    type === "ArrayExpression" &&
    elements.length > 0 &&
    elements.every((each) => each?.type === "SpreadElement")
  );
}

/** What a function returns: of several places the last, since those before it are ways out for special cases. */
function returnedBy(fn: Node, inside: readonly Node[]): Node | null {
  if (isNode(fn.body) && fn.body.type !== "BlockStatement") return bare(fn.body);
  const returns = inside.filter((node) => node.type === "ReturnStatement" && functionAround(node) === fn);
  const value = returns.at(-1)?.argument;
  return value ? bare(value) : null;
}

function functionAround(node: Node): Node | null {
  let around = node.parent;
  while (around && !isFunction(around)) around = around.parent;
  return around;
}

interface Part {
  /** The key in an object. */
  readonly name: string | null;
  readonly value: Node;
}

/** One gradient per input: the elements of an array, the values of an object, or the value itself. */
function partsOf(value: Node | null, flow: Flow, deep = true): Part[] {
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
