/** Where a backward pass written by hand makes each gradient: in what it returns, and in the fields that it fills. */
import { nameExpression } from "./names";
import { bare, isFunction, isNode, type Node } from "./node";
import type { Parsed } from "./parse";
import type { SourceGradients } from "./types";

/** @param backward the method, property or statement that holds the function */
export function findGradients(backward: Node | undefined, { nodes, positions }: Parsed): SourceGradients {
  const inside = nodes.filter((node) => backward && backward.start <= node.start && node.end <= backward.end);
  const fn = inside.filter(isFunction).reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a), nothing);
  const at = ({ start, end }: Node) => positions.range(start, end);
  const assigned = inside.filter(({ type, left }) => type === "AssignmentExpression" && left);
  const written = new Map(assigned.map((node) => [nameHolder(node), node]));
  const declared = new Map(
    inside.flatMap((node) =>
      node.type === "VariableDeclarator" && node.init && node.id?.name ? [[node.id.name, node] as const] : [],
    ),
  );
  const maker = (value: Node) => written.get(value.name ?? "") ?? declared.get(value.name ?? "") ?? value;
  const fields = [...written].filter(([name]) => name.startsWith("this."));
  return {
    returned: partsOf(returnedBy(fn, inside)).map((value) => at(maker(bare(value)))),
    fields: fields.map(([name, node]) => ({ name: name.slice("this.".length), range: at(node) })),
  };
}

const nothing: Node = { type: "", start: 0, end: 0, parent: null };

/** `dx` of `dx[i][j] += …`, `this.dW` of `this.dW[k] = …`. */
function nameHolder({ left }: Node): string {
  let holder = left ? bare(left) : undefined;
  while (holder?.computed && holder.object) holder = bare(holder.object);
  return holder ? nameExpression(holder) : "";
}

/** What a function returns, when there is only one place where it does. */
function returnedBy(fn: Node, inside: readonly Node[]): Node | null {
  if (isNode(fn.body) && fn.body.type !== "BlockStatement") return bare(fn.body);
  const returns = inside.filter((node) => node.type === "ReturnStatement" && functionAround(node) === fn);
  const value = returns.length === 1 ? returns[0]?.argument : null;
  return value ? bare(value) : null;
}

function functionAround(node: Node): Node | null {
  let around = node.parent;
  while (around && !isFunction(around)) around = around.parent;
  return around;
}

/** One gradient per input: the elements of an array, the values of an object, or the value itself. */
function partsOf(value: Node | null): Node[] {
  if (value?.type === "ArrayExpression") return (value.elements ?? []).filter((each) => each !== null);
  if (value?.type !== "ObjectExpression") return value ? [value] : [];
  return (value.properties ?? []).flatMap((property) => (isNode(property.value) ? [property.value] : []));
}
