/** The layers of a run in the order in which they ran, with the gradients of their parameters. */
import type { Site } from "../report/report";
import { at } from "../report/trace";
import type { Traced } from "./traced";

/** A parameterised step of the network: a layer, or a loose weight, with the root mean square of its gradient. */
export interface Layer {
  readonly name: string;
  readonly site: Site | null;
  /** The first node that used its weights: where it stands in the order of the run. */
  readonly node: number;
  readonly gradient: number;
  /** Euclidean norm of the gradient. */
  readonly norm: number;
  readonly elements: number;
}

/** Layers whose weights have at least two dimensions, in forward order. Biases and scales follow their layer. */
export function layersOf(traced: Traced): readonly Layer[] {
  const before = known.get(traced.trace);
  if (before !== undefined) return before;
  const layers = findLayers(traced);
  known.set(traced.trace, layers);
  return layers;
}

/** Several rules ask for them. */
const known = new WeakMap<object, readonly Layer[]>();

function findLayers(traced: Traced): Layer[] {
  const { nodes, edges } = traced.trace.tables;
  const firstUse = new Map<number, number>();
  let edge = 0;
  for (let node = 0; node < nodes.inputs.length; node++)
    for (let last = edge + at(nodes.inputs, node); edge < last; edge++) {
      const input = at(edges.input, edge);
      if (!firstUse.has(input)) firstUse.set(input, node);
    }
  const layers = traced.parameters.flatMap(({ node, name, scope, shape }): Layer[] => {
    const g = traced.nodes[node]?.grad ?? null;
    const used = firstUse.get(node);
    if (shape.length < 2 || g === null || used === undefined) return [];
    const layer = traced.scopes[scope];
    const norm = g.nonFinite > 0 ? Number.NaN : g.norm;
    return [
      {
        name: scope > 0 && layer ? layer.path : name,
        site: (scope > 0 ? layer?.site : null) ?? traced.nodes[node]?.site ?? null,
        node: used,
        gradient: norm / Math.sqrt(Math.max(1, g.size)),
        norm,
        elements: g.size,
      },
    ];
  });
  return layers.sort((a, b) => a.node - b.node);
}
