/** The layers of a run in the order in which they ran, with the gradients of their parameters. */
import { sizeOf } from "../../core/shape";
import { IS_WEIGHT } from "../../report/names";
import type { ReportScope, Site } from "../../report/report";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { carriesGradient } from "./wires";

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
export const layersOf = lazily((traced): readonly Layer[] => {
  const { nodes, edges } = traced.trace.tables;
  const carries = carriesGradient(traced);
  const firstUse = new Map<number, number>();
  let edge = 0;
  for (let node = 0; node < nodes.inputs.length; node++)
    for (let last = edge + at(nodes.inputs, node); edge < last; edge++) {
      const input = at(edges.input, edge);
      // Earlier steps of a training loop used it, too.
      if (carries[node] === 1 && !firstUse.has(input)) firstUse.set(input, node);
    }
  const { gradients } = traced.trace.tables;
  const layers: Layer[] = [];
  for (let row = 0; row < gradients.node.length; row++) {
    const node = at(gradients.node, row);
    const shape = traced.trace.shapes[at(nodes.shape, node)] ?? [];
    const used = firstUse.get(node);
    if (at(nodes.flags, node) !== IS_WEIGHT || shape.length < 2 || used === undefined) continue;
    const norm = at(gradients.nonFinite, row) > 0 ? Number.NaN : at(gradients.norm, row);
    layers.push(new WeightLayer(traced, node, { node: used, norm, elements: sizeOf(shape) }));
  }
  return layers.sort((a, b) => a.node - b.node);
});

/** A layer whose name is looked for when a rule speaks of it: most are fine. */
class WeightLayer implements Layer {
  readonly node: number;
  readonly norm: number;
  readonly elements: number;

  constructor(
    private readonly traced: Traced,
    private readonly weight: number,
    { node, norm, elements }: Pick<Layer, "node" | "norm" | "elements">,
  ) {
    this.node = node;
    this.norm = norm;
    this.elements = elements;
  }

  get gradient(): number {
    return this.norm / Math.sqrt(Math.max(1, this.elements));
  }

  get name(): string {
    return this.#scope?.path ?? this.traced.nodes[this.weight]?.name ?? `parameter ${this.weight}`;
  }

  get site(): Site | null {
    return this.#scope?.site ?? this.traced.nodes[this.weight]?.site ?? null;
  }

  get #scope(): ReportScope | null {
    const scope = this.traced.nodes[this.weight]?.scope ?? 0;
    return scope > 0 ? (this.traced.scopes[scope] ?? null) : null;
  }
}
