/** What the rules of other tools measure: gradients of weights, and units of activations, with the statistics that they judge by. */
import { IS_WEIGHT } from "../../report/names";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import { operationsNamed } from "../measures/places";
import type { Traced } from "../traced";
import type { Offender } from "./preset";

/** A weight or a bias that got a gradient. */
export interface WeightGradient {
  readonly node: number;
  /** Dimensions of the weight: 1 for a bias. */
  readonly dims: number;
  readonly norm: number;
  readonly nonFinite: number;
  /** Elements that are exactly 0, and all. */
  readonly zeros: number;
  readonly size: number;
}

/** In the order of their making, as parameters of a model are listed. */
export const weightGradients = lazily(({ trace }): readonly WeightGradient[] => {
  const { nodes, gradients } = trace.tables;
  return Array.from({ length: gradients.node.length }, (_, row) => row)
    .filter((row) => at(nodes.flags, at(gradients.node, row)) === IS_WEIGHT)
    .map((row) => {
      const node = at(gradients.node, row);
      const shape = trace.shapes[at(nodes.shape, node)] ?? [];
      return {
        node,
        dims: shape.length,
        norm: at(gradients.norm, row),
        nonFinite: at(gradients.nonFinite, row),
        zeros: at(gradients.zeros, row),
        size: shape.reduce((a, b) => a * b, 1),
      };
    });
});

/** A node as the culprit of a rule: the layer of a weight, the call of an operation. */
export function judged(traced: Traced, node: number, value: number): Offender {
  const found = traced.nodes[node];
  const scope = found === undefined || found.scope === 0 ? undefined : traced.scopes[found.scope];
  const isWeight = found?.kind === "parameter";
  return {
    name: found?.name ?? found?.op ?? "",
    site: (isWeight ? scope?.site : null) ?? found?.site ?? null,
    node,
    value,
  };
}

export function meanAbsolute(data: ArrayLike<number> | null): number {
  if (data === null || data.length === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(at(data, i));
  return sum / data.length;
}

/** Between the smallest and the largest element, at a share of the way; linear between neighbours, as in NumPy. */
export function percentile(data: ArrayLike<number>, percent: number): number {
  const sorted = Float64Array.from(data).sort();
  const place = ((sorted.length - 1) * percent) / 100;
  const [low, high] = [at(sorted, Math.floor(place)), at(sorted, Math.ceil(place))];
  return low + (high - low) * (place - Math.floor(place));
}

/** The elements of each unit of a layer's result, over examples and places; [examples, units, …]. */
function unitsOf(data: ArrayLike<number>, shape: readonly number[]): Float64Array[] {
  const [batch = 1, units = 0] = shape;
  const places = units === 0 ? 0 : data.length / (batch * units);
  return Array.from({ length: units }, (_, unit) =>
    Float64Array.from({ length: batch * places }, (__, i) => {
      const example = Math.floor(i / places);
      return at(data, (example * units + unit) * places + (i % places));
    }),
  );
}

/**
 * Layers of these activations of which more than a share of the units is idle.
 * @param of what of the activation is looked at: what goes in, or what comes out
 */
export function layersOfIdleUnits(
  traced: Traced,
  names: ReadonlySet<string>,
  of: "input" | "output",
  isIdle: (unit: Float64Array, op: string) => boolean,
  most: number,
): Offender[] {
  return operationsNamed(traced, names).flatMap((id) => {
    const node = traced.nodes[id];
    const seen = of === "output" ? id : (node?.inputs[0] ?? id);
    const data = traced.values(seen, "value");
    if (node === undefined || data === null || node.shape.length < 2) return [];
    const units = unitsOf(data, node.shape);
    const share = units.filter((unit) => isIdle(unit, node.op)).length / Math.max(1, units.length);
    return share > most ? [judged(traced, id, share)] : [];
  });
}

/** Weights that an optimiser has stepped, with the norm of a step over the norm of what it changed. */
export function updateRatios(traced: Traced): Offender[] {
  const { optimised } = traced.trace.tables;
  return Array.from({ length: optimised.node.length }, (_, row) => row).flatMap((row) => {
    const [node, update, before] = [
      at(optimised.node, row) - 1,
      at(optimised.update, row),
      at(optimised.before, row),
    ];
    return node < 0 || update < 0 ? [] : [judged(traced, node, update / (before + 1e-9))];
  });
}
