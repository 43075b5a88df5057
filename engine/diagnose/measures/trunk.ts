/** The way of the signal through a network: the operations from the loss back to the first layer, with what each does to sizes. */
import { sizeOf } from "../../core/shape";
import { IS_WEIGHT, TAKES_GRADIENT } from "../../report/names";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { carriesGradient, inputsOf, rowsOf, usersOf } from "./wires";

/** One operation of the way, from its main input to its result. */
export interface TrunkStep {
  readonly node: number;
  /** The input that carries most of the gradient on the way to the first layer. */
  readonly input: number;
  readonly op: string;
  /** The parameters that it applies to its input, whatever their shape. */
  readonly parameters: readonly number[];
  /** Size of the result over that of the input: root mean squares. */
  readonly forward: number;
  /** Norm of the input's gradient over that of the result's; 0 where the input takes none. */
  readonly backward: number;
  /** The same without what the input gets from operations behind this one: other terms of a loss, other steps that are read. */
  readonly alone: number;
}

/** From the last operation with a matrix of weights to the first one. */
export const trunkOf = lazily((traced): readonly TrunkStep[] => {
  const loss = traced.loss?.node;
  const first = firstLayer(traced);
  if (loss === undefined || first === null) return [];
  const steps = walk(traced, loss, first);
  const last = steps.findIndex((step) => isLayer(traced, step));
  return last < 0 ? [] : steps.slice(last);
});

/** Whether a step applies a matrix of weights. */
export function isLayer(traced: Traced, { parameters }: TrunkStep): boolean {
  return parameters.some((id) => shapeOf(traced, id).length > 1);
}

/** 1 for weights, and for what is made of weights and single numbers only. */
const pureOf = lazily((traced): Uint8Array => {
  const { starts, rows } = inputsOf(traced);
  const { flags } = traced.trace.tables.nodes;
  const found = new Uint8Array(starts.length - 1);
  for (let node = 0; node < found.length; node++) {
    if (at(flags, node) === IS_WEIGHT) found[node] = 1;
    if ((at(flags, node) & TAKES_GRADIENT) === 0) continue;
    const inputs = rowsOf({ starts, rows }, node);
    const isPure = inputs.length > 0 && inputs.every((id) => found[id] === 1 || isNumber(traced, id));
    if (isPure) found[node] = 1;
  }
  return found;
});

function isNumber(traced: Traced, node: number): boolean {
  return (
    (at(traced.trace.tables.nodes.flags, node) & TAKES_GRADIENT) === 0 && sizeOf(shapeOf(traced, node)) === 1
  );
}

/** The first operation that joins data and a matrix of weights. */
function firstLayer(traced: Traced): number | null {
  const carries = carriesGradient(traced);
  const pure = pureOf(traced);
  const inputs = inputsOf(traced);
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0 || pure[node] === 1) continue;
    const isJoint = rowsOf(inputs, node).some((id) => pure[id] === 1 && shapeOf(traced, id).length > 1);
    if (isJoint) return node;
  }
  return null;
}

/** For the nodes from `to` up to `from`: 1 where `to` lies behind them. */
function reachOf(traced: Traced, from: number, to: number): Uint8Array {
  const { starts, rows } = inputsOf(traced);
  const reach = new Uint8Array(Math.max(0, from - to) + 1);
  reach[0] = 1;
  // Inputs have smaller ids than what is made of them, so one pass is enough.
  for (let node = to + 1; node <= from; node++)
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) {
      const input = at(rows, edge);
      if (input >= to && reach[input - to] === 1) reach[node - to] = 1;
    }
  return reach;
}

function walk(traced: Traced, from: number, to: number): TrunkStep[] {
  const found = wayBetween(traced, from, to);
  if (found.at(-1)?.input !== to) return found;
  const pure = pureOf(traced);
  const own = rowsOf(inputsOf(traced), to).find((input) => pure[input] === 0);
  return own === undefined ? found : [...found, stepOf(traced, to, own)];
}

/** The steps on which most of the gradient goes from one node back to an earlier one. */
export function wayBetween(traced: Traced, from: number, to: number): TrunkStep[] {
  const reach = reachOf(traced, from, to);
  const found: TrunkStep[] = [];
  for (let id = from; id > to; ) {
    const next = heaviest(traced, id, to, reach);
    // What fades to exactly 0 on its way is followed as far as it comes.
    if (next === null) return found;
    found.push(stepOf(traced, id, next));
    id = next;
  }
  return found;
}

/** What counts as much as the largest of several: sums hand the same to all of their terms. */
const ALIKE = 0.3;

/** The input that leads to `to` and is handed most; of those that are handed about the same, the one that has most in all. */
function heaviest(traced: Traced, id: number, to: number, reach: Uint8Array): number | null {
  const { starts, rows } = inputsOf(traced);
  const handed: (readonly [input: number, norm: number])[] = [];
  for (let edge = at(starts, id); edge < at(starts, id + 1); edge++) {
    const input = at(rows, edge);
    if (input < to || reach[input - to] !== 1) continue;
    const norm = handedOf(traced).get(edge) ?? gradientNorm(traced, input);
    if (norm > 0) handed.push([input, norm]);
  }
  const most = Math.max(...handed.map(([, norm]) => norm));
  const alike = handed.filter(([, norm]) => norm >= ALIKE * most).map(([input]) => input);
  const [first] = alike.sort((a, b) => gradientNorm(traced, b) - gradientNorm(traced, a) || a - b);
  return first ?? null;
}

const handedOf = lazily(({ trace }): ReadonlyMap<number, number> => {
  const { edge, norm } = trace.tables.handed;
  return new Map(Array.from(edge, (row, i) => [row, at(norm, i)]));
});

function stepOf(traced: Traced, node: number, input: number): TrunkStep {
  return {
    node,
    input,
    op: traced.nodes[node]?.op ?? "",
    parameters: parametersOf(traced, node, input),
    forward: sizeAt(traced, node) / sizeAt(traced, input),
    backward: gradientNorm(traced, input) / gradientNorm(traced, node),
    alone: handedAlone(traced, node, input) / gradientNorm(traced, node),
  };
}

/** The gradient of the input, or only what the operation hands it where a later operation uses the input as well. */
function handedAlone(traced: Traced, node: number, input: number): number {
  const carries = carriesGradient(traced);
  const isReadLater = rowsOf(usersOf(traced), input).some((user) => user > node && carries[user] === 1);
  const whole = gradientNorm(traced, input);
  if (!isReadLater) return whole;
  const { starts, rows } = inputsOf(traced);
  for (let edge = at(starts, node); edge < at(starts, node + 1); edge++)
    if (at(rows, edge) === input) return Math.min(whole, handedOf(traced).get(edge) ?? whole);
  return whole;
}

/** The parameters that an operation joins with its main input: themselves, or what is made of them. */
export function parametersOf(traced: Traced, node: number, main: number): number[] {
  const pure = pureOf(traced);
  const { flags } = traced.trace.tables.nodes;
  const found = new Set<number>();
  let level = rowsOf(inputsOf(traced), node).filter((id) => id !== main && pure[id] === 1);
  for (let depth = 0; depth < 6 && level.length > 0 && level.length < 16; depth++) {
    for (const id of level) if (at(flags, id) === IS_WEIGHT) found.add(id);
    level = level.flatMap((id) => rowsOf(inputsOf(traced), id)).filter((id) => pure[id] === 1);
  }
  return [...found];
}

export function shapeOf({ trace }: Traced, node: number): readonly number[] {
  return trace.shapes[at(trace.tables.nodes.shape, node)] ?? [];
}

/** Root mean square of a value. */
export function sizeAt(traced: Traced, node: number): number {
  const { norm } = traced.trace.tables.nodes;
  return at(norm, node) / Math.sqrt(Math.max(1, sizeOf(shapeOf(traced, node))));
}

const gradientRows = lazily(({ trace }): Uint32Array => {
  const { nodes, gradients } = trace.tables;
  const rows = new Uint32Array(nodes.inputs.length);
  for (let row = 0; row < gradients.node.length; row++) rows[at(gradients.node, row)] = row + 1;
  return rows;
});

/** Euclidean norm of a node's gradient; 0 where it has none. */
export function gradientNorm(traced: Traced, node: number): number {
  const row = at(gradientRows(traced), node);
  return row === 0 ? 0 : at(traced.trace.tables.gradients.norm, row - 1);
}
