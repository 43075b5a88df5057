/** What each node of a run is, in short calls: the words in which rules about structure speak. */
import { sizeOf } from "../../core/shape";
import { IS_WEIGHT } from "../../report/names";
import { at, rowAt } from "../../report/trace";
import { lazily } from "../lazily";
import { attributesOf } from "./places";
import { carriesGradient, inputsOf, rowsOf, usersOf } from "./wires";

export interface Operations {
  /** The operation that made a node; "" for a leaf. */
  op(node: number): string;
  inputs(node: number): readonly number[];
  /** Nodes made of it through which the gradient of the loss comes. */
  users(node: number): readonly number[];
  shape(node: number): readonly number[];
  /** A leaf that takes a gradient. */
  isParameter(node: number): boolean;
  isBoolean(node: number): boolean;
  /** Whether a parameter lies behind it. */
  isLearned(node: number): boolean;
  /** Whether nothing but parameters and single numbers lies behind it: a weight, in whatever form. */
  isWeight(node: number): boolean;
  /** The element of what has one and is not learned. */
  number(node: number): number | null;
  /** A plain attribute of the call that made it. */
  attribute(node: number, name: string): unknown;
}

const LEARNED = 1;
const FROM_DATA = 2;

export const operationsOf = lazily((traced): Operations => {
  const { trace } = traced;
  const { nodes, operations } = trace.tables;
  const known = new Map<number, Readonly<Record<string, unknown>>>();
  const shape = (node: number) => trace.shapes[at(nodes.shape, node)] ?? [];
  const op = (node: number) => {
    const row = rowAt(nodes.operation, node);
    return row === null ? "" : (trace.texts[at(operations.name, row)] ?? "");
  };
  const attribute = (node: number, name: string) => {
    const row = rowAt(nodes.operation, node);
    if (row === null) return undefined;
    const attributes = known.get(row) ?? attributesOf(traced, node);
    known.set(row, attributes);
    return attributes[name];
  };
  const origins = () => originsOf(traced);
  return {
    op,
    attribute,
    shape,
    isBoolean: (node) => trace.texts[at(nodes.dtype, node)] === "bool",
    inputs: (node) => rowsOf(inputsOf(traced), node),
    users: (node) => rowsOf(usersOf(traced), node).filter((user) => carriesGradient(traced)[user] === 1),
    isParameter: (node) => at(nodes.flags, node) === IS_WEIGHT,
    isLearned: (node) => (at(origins(), node) & LEARNED) !== 0,
    isWeight: (node) => at(origins(), node) === LEARNED,
    number: (node) =>
      sizeOf(shape(node)) === 1 && (at(origins(), node) & LEARNED) === 0 ? at(nodes.min, node) : null,
  };
});

/** Of what each node is made: parameters, data, both, or numbers only. */
const originsOf = lazily((traced): Uint8Array => {
  const { shapes, tables } = traced.trace;
  const { flags, shape, operation } = tables.nodes;
  const { starts, rows } = inputsOf(traced);
  const found = new Uint8Array(flags.length);
  for (let node = 0; node < found.length; node++) {
    if (at(operation, node) === 0) {
      const isNumber = sizeOf(shapes[at(shape, node)] ?? []) === 1;
      found[node] = at(flags, node) === IS_WEIGHT ? LEARNED : isNumber ? 0 : FROM_DATA;
      continue;
    }
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++)
      found[node] = at(found, node) | at(found, at(rows, edge));
  }
  return found;
});

/** What changes the shape of a value and no element of it. */
const views: ReadonlySet<string> = new Set([
  "reshape",
  "permute",
  "transpose",
  "flatten",
  "squeeze",
  "unsqueeze",
  "expand",
  "clone",
  "alias",
  "cast",
]);

export function isView(operations: Operations, node: number): boolean {
  return views.has(operations.op(node));
}

/** What a view is a view of; the node itself where it is none. */
export function behindViews(operations: Operations, node: number): number {
  let id = node;
  while (isView(operations, id)) id = operations.inputs(id)[0] ?? -1;
  return id;
}

/** The factor by which a node multiplies one of its inputs, where that is a number: of x · c, c · x and x / c. */
export function scaledBy(operations: Operations, node: number): { input: number; factor: number } | null {
  const [x = -1, y = -1] = operations.inputs(node);
  const op = operations.op(node);
  if (op === "neg") return { input: x, factor: -1 };
  if (op !== "mul" && op !== "div") return null;
  const right = operations.number(y);
  if (right !== null) return { input: x, factor: op === "mul" ? right : 1 / right };
  const left = op === "mul" ? operations.number(x) : null;
  return left === null ? null : { input: y, factor: left };
}
