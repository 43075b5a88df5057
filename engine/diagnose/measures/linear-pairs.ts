/** Pairs of linear maps with nothing non-linear between them that could as well be one. */
import { sizeOf } from "../../core/shape";
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { lazily } from "../lazily";
import { siteInRow, type Traced } from "../traced";
import { type LinearMap, type LinearMaps, linearInput, linearMapsOf } from "./linear-maps";
import { behindViews, isView, type Operations, operationsOf } from "./operations";
import { entersProduct } from "./products";

export interface LinearPair {
  readonly first: LinearMap;
  readonly second: LinearMap;
  /** Where an activation is missing. */
  readonly site: Site | null;
  /** Whether both layers have calls of their own in the text. */
  readonly isCalledAlone: boolean;
  /** Where a layer that does nothing was constructed that stands between them. */
  readonly identity: Site | null;
}

/** Each pair of weights once, in the order of the run. */
export const linearPairsOf = lazily((traced): readonly LinearPair[] => {
  const operations = operationsOf(traced);
  const maps = linearMapsOf(traced);
  const seen = new Set<string>();
  return maps.all.flatMap((second) => {
    const first = mapBefore(operations, maps, second);
    if (first === null || !couldBeOne(traced, { first, second })) return [];
    const key = `${first.weight} ${second.weight}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [pairOf(traced, first, second)];
  });
});

type Pair = Pick<LinearPair, "first" | "second">;

/** The map whose result comes to this one as it is, and to nothing else. */
function mapBefore(operations: Operations, maps: LinearMaps, second: LinearMap): LinearMap | null {
  let id: number | null = second.input;
  while (id !== null && operations.users(id).length === 1) {
    const found = maps.of(id);
    if (found !== null) return found;
    id = linearInput(operations, id);
  }
  return null;
}

function couldBeOne(traced: Traced, pair: Pair): boolean {
  const operations = operationsOf(traced);
  const { first, second } = pair;
  return (
    fits(operations, pair) &&
    !isNarrow(operations, pair) &&
    !isFactorised(pair) &&
    !isTied(operations, pair) &&
    !isLookup(traced, first) &&
    !entersProduct(traced)(second.output) &&
    !isTermOfMaps(operations, linearMapsOf(traced), second) &&
    !joinsNetworks(traced, pair)
  );
}

/** Features stay features between the two; images may be flattened before the second one. */
function fits(operations: Operations, { first, second }: Pair): boolean {
  if (first.isConvolution === second.isConvolution) return first.outputs === second.inputs;
  return first.isConvolution && operations.shape(second.input).length === 2;
}

/** A matrix of low rank on purpose: the middle is smaller than both ends. The code between an encoder and a decoder is one, too. */
function isNarrow({ shape }: Operations, { first, second }: Pair): boolean {
  const between = first.isConvolution && !second.isConvolution ? second.inputs : first.outputs;
  if (between === 1 || between < Math.min(first.inputs, second.outputs)) return true;
  if (!first.isConvolution || !second.isConvolution) return false;
  const [from, middle, to] = [first.input, first.output, second.output].map(shape) as [Sizes, Sizes, Sizes];
  const grows = sizeOf(to.slice(2)) > sizeOf(middle.slice(2));
  return grows && sizeOf(middle) < Math.min(sizeOf(from), sizeOf(to));
}

type Sizes = readonly number[];

/** A convolution taken apart on purpose: depthwise and pointwise, or a column and a row. */
function isFactorised({ first, second }: Pair): boolean {
  if (first.groups > 1 || second.groups > 1) return true;
  const [a, b] = [first.kernel, second.kernel];
  return a.length === 2 && a[0] === b[1] && a[1] === b[0] && a[0] !== a[1];
}

/** A weight that is an embedding as well, or both layers', is kept as it is for that. */
function isTied(operations: Operations, { first, second }: Pair): boolean {
  const [one, two] = [first.weight, second.weight].map((weight) => behindViews(operations, weight));
  if (one === two) return true;
  return [one, two].some((leaf = -1) =>
    operations.users(leaf).some((user) => /^(embedding|indexSelect|gather)$/.test(operations.op(user))),
  );
}

/** A product with rows of one 1 each looks rows of the weight up: it is an embedding. */
function isLookup({ trace }: Traced, { input }: LinearMap): boolean {
  const { min, max, mean, zeros, shape } = trace.tables.nodes;
  const sizes = trace.shapes[at(shape, input)] ?? [];
  const [width = 1, size] = [sizes.at(-1), sizeOf(sizes)];
  const isFlags = at(min, input) === 0 && at(max, input) === 1 && at(zeros, input) === size - size / width;
  return isFlags && Math.abs(at(mean, input) * width - 1) < 1e-3;
}

/** A term of a sum of linear maps, as in a recurrent cell: the sum is what is activated. */
function isTermOfMaps(operations: Operations, maps: LinearMaps, { output }: LinearMap): boolean {
  const isMap = (node: number) => {
    let id = node;
    while (isView(operations, id) || operations.op(id) === "narrow") id = operations.inputs(id)[0] ?? -1;
    return maps.of(id) !== null;
  };
  return operations.users(output).some((user) => {
    if (operations.op(user) === "narrow" || isView(operations, user))
      return isTermOfMaps(operations, maps, { output: user } as LinearMap);
    return operations.op(user) === "add" && operations.inputs(user).every(isMap);
  });
}

/**
 * Two networks may meet at linear layers, as a generator and what judges it do, or a stem and the first of its blocks. Layers
 * of one network, and those of blocks of one kind, are expected to have an activation between.
 */
function joinsNetworks(traced: Traced, { first, second }: Pair): boolean {
  const [one, two] = [ownerOf(traced, first.weight), ownerOf(traced, second.weight)];
  if (one.root !== two.root && one.isInside && two.isInside) return true;
  const { scopes } = traced;
  return one.scope !== two.scope && scopes[one.scope]?.type !== scopes[two.scope]?.type;
}

/** What puts layers together without being a network of its own. */
const containers: ReadonlySet<string> = new Set(["Sequential", "ModuleList", "ModuleDict"]);
const layers = /^(Linear|Conv|LazyLinear)/;

interface Owner {
  /** The scope of the network or block that calls the layer; 0 for the file. */
  readonly scope: number;
  /** The outermost layer that holds it, and whether that is more than the layer itself. */
  readonly root: number;
  readonly isInside: boolean;
}

function ownerOf({ nodes, scopes }: Traced, weight: number): Owner {
  const own = nodes[weight]?.scope ?? 0;
  const typeOf = (scope: number) => scopes[scope]?.type ?? "";
  const above = (scope: number) => scopes[scope]?.parent ?? 0;
  let scope = layers.test(typeOf(own)) ? above(own) : own;
  while (containers.has(typeOf(scope))) scope = above(scope);
  let root = own;
  while (above(root) > 0) root = above(root);
  return { scope, root, isInside: root !== own };
}

function pairOf(traced: Traced, first: LinearMap, second: LinearMap): LinearPair {
  const { nodes } = traced.trace.tables;
  const identity = identityBetween(traced, first, second);
  const isCalledAlone = at(nodes.site, first.node) !== at(nodes.site, second.node);
  const call = traced.nodes[second.node]?.site ?? null;
  const scope = traced.scopes[traced.nodes[second.weight]?.scope ?? 0];
  const site = identity ?? (isCalledAlone ? call : (scope?.site ?? call));
  return { first, second, site, isCalledAlone, identity };
}

/** A layer that does nothing, in the place between two others of the same parent. */
function identityBetween(traced: Traced, first: LinearMap, second: LinearMap): Site | null {
  const { texts, tables } = traced.trace;
  const { calls, fields, modules, nodes } = tables;
  const [from, to] = [first, second].map(({ node }) => rowAt(nodes.call, node)) as [
    number | null,
    number | null,
  ];
  if (from === null || to === null) return null;
  const ends = [at(calls.module, from), at(calls.module, to)];
  let parent = -1;
  for (let row = 0; row < fields.module.length; row++) {
    const child = rowAt(fields.child, row);
    if (child === null) continue;
    if (child === ends[0]) parent = at(fields.module, row);
    else if (child === ends[1] || at(fields.module, row) !== parent) parent = -1;
    else if (texts[at(modules.type, child)] === "Identity")
      return siteInRow(traced, rowAt(modules.site, child));
  }
  return null;
}
