/**
 * Which node of one run is which of the other. Weights go by name; what has the same history of operations from its leaves
 * on is the same; what is left goes by place, layer and name in the order in which it ran, and at last by its neighbours.
 */

import { type PairedLayers, pairLayers } from "./layers";
import { linkGroups, linkInOrder, Matching, type TokenOf } from "./matching";
import { linkByNeighbours } from "./neighbours";
import type { Outline } from "./outline";
import { pairPlaces } from "./places";
import type { Side } from "./side";

export interface Alignment {
  readonly nodes: Matching;
  readonly layers: PairedLayers;
}

export function align(a: Outline, b: Outline): Alignment {
  const layers = pairLayers(a, b);
  const places = pairPlaces(a, b);
  const nodes = new Matching(a, b);
  const inA = (node: number) => node;
  const inB = (node: number) => (nodes.hasB(node) ? (nodes.toA[node] ?? -1) : a.count + node);
  const left: Side = { outline: a, layers: layers.a, places: places.a, numberOf: inA };
  const right: Side = { outline: b, layers: layers.b, places: places.b, numberOf: inB };
  linkWeights(nodes, left, right);
  linkHistories(nodes, left, right);
  for (const token of inOrder) linkInOrder(nodes, token(left), token(right));
  linkByNeighbours(nodes, left, right);
  for (const token of anywhere) linkGroups(nodes, token(left), token(right));
  return { nodes, layers };
}

function layerOf({ outline, layers }: Side, node: number): number {
  return layers[outline.scopes[node] ?? 0] ?? 0;
}

/** Weights of the same name in the same layer; one that was renamed is known by what reads it, later. */
function linkWeights(nodes: Matching, left: Side, right: Side): void {
  const nameOf = ({ outline, layers }: Side): TokenOf => {
    const names = new Map(
      outline.weights.map(({ node, layer, own }) => [node, `${layers[layer] ?? 0} ${own}`]),
    );
    return (node) => names.get(node) ?? null;
  };
  linkGroups(nodes, nameOf(left), nameOf(right));
}

/** Links nodes that come of the same leaves by the same operations, layer and name the same first. */
function linkHistories(nodes: Matching, left: Side, right: Side): void {
  const numbers = new Map<string, number>();
  const inA = historiesOf(left, numbers);
  const inB = historiesOf(right, numbers);
  const full = (side: Side, histories: readonly number[]) => (node: number) =>
    `${histories[node]} ${layerOf(side, node)} ${side.places[node]} ${side.outline.names[node]}`;
  linkGroups(nodes, full(left, inA), full(right, inB));
  const inLayer = (side: Side, histories: readonly number[]) => (node: number) =>
    `${histories[node]} ${layerOf(side, node)}`;
  linkGroups(nodes, inLayer(left, inA), inLayer(right, inB));
}

/** By node a number for all that happened until it; the same in both runs when the same happened. */
function historiesOf({ outline, numberOf }: Side, numbers: Map<string, number>): number[] {
  const { kinds, ops, names, ranks, inputs, count } = outline;
  const found: number[] = [];
  for (let node = 0; node < count; node++) {
    const text =
      kinds[node] === "parameter"
        ? `weight ${numberOf(node)}`
        : kinds[node] === "operation"
          ? `${ops[node]}(${inputs[node]?.map((input) => found[input] ?? -1)})`
          : `${kinds[node]} ${names[node]} ${ranks[node]}`;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    found.push(number);
  }
  return found;
}

/** Looks at operations alone. */
const operations =
  (text: (side: Side, node: number) => string | null) =>
  (side: Side): TokenOf =>
  (node) =>
    side.outline.kinds[node] === "operation" ? text(side, node) : null;

const opOf = ({ outline }: Side, node: number) => outline.ops[node] ?? "";

/** The weights that an operation reads. */
function weightsOf({ outline, numberOf }: Side, node: number): string {
  const { inputs, kinds } = outline;
  return `${inputs[node]?.filter((input) => kinds[input] === "parameter").map(numberOf)}`;
}

/** From what tells most to what tells least. */
const inOrder: readonly ((side: Side) => TokenOf)[] = [
  operations((side, node) => {
    const place = side.places[node];
    return `${opOf(side, node)} ${layerOf(side, node)} ${place} ${side.outline.names[node]} ${weightsOf(side, node)}`;
  }),
  operations((side, node) => {
    const place = side.places[node];
    return `${opOf(side, node)} ${layerOf(side, node)} ${place} ${side.outline.names[node]}`;
  }),
  operations((side, node) => `${opOf(side, node)} ${layerOf(side, node)} ${side.places[node]}`),
  operations((side, node) => `${opOf(side, node)} ${layerOf(side, node)} ${side.outline.names[node]}`),
  operations((side, node) => `${opOf(side, node)} ${layerOf(side, node)}`),
  // Another operation at the same place.
  operations((side, node) => {
    const place = side.places[node] ?? -1;
    return place === -1 ? null : `${layerOf(side, node)} ${place} ${weightsOf(side, node)}`;
  }),
  operations((side, node) => `${opOf(side, node)} ${side.outline.ranks[node]}`),
  (side) => (node) => {
    const { kinds, names } = side.outline;
    const kind = kinds[node];
    return kind === "input" || (kind === "constant" && names[node] !== null)
      ? `${kind} ${names[node]}`
      : null;
  },
];

/** What a person named, and moved: as often on both sides. */
const anywhere: readonly ((side: Side) => TokenOf)[] = [
  (side) => (node) => {
    const { kinds, names, ops } = side.outline;
    return names[node] === null || kinds[node] === "parameter"
      ? null
      : `${ops[node]} ${layerOf(side, node)} ${names[node]}`;
  },
];
