/** The layers of a run in the order in which they ran, with the gradients of their parameters. */
import type { Site } from "../report/report";
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
export function layersOf(traced: Traced): Layer[] {
  const firstUse = new Map<number, number>();
  for (const node of traced.nodes) {
    for (const input of node.inputs) if (!firstUse.has(input)) firstUse.set(input, node.id);
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
