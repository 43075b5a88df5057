/** Units of a layer, and layers side by side, that hold the same weights and get the same gradients. */
import { sizeOf } from "../../core/shape";
import { IS_WEIGHT } from "../../report/names";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { gradientNorm, shapeOf } from "./trunk";
import { carriesGradient, inputsOf, rowsOf, usersOf } from "./wires";

export interface Alike {
  readonly weight: number;
  /** Another weight of the same values. */
  readonly twin: number | null;
  /** Units of one weight, or weights of the same values. */
  readonly among: "units" | "weights";
  readonly units: number;
  /** How many of them differ. */
  readonly different: number;
}

/** Gradients of units that are alike differ by rounding only. */
const ROUNDING = 1e-4;
/** A step by which weights are moved to see whether their gradients come. */
const STEP = 0.1;
const ROUNDS = 3;

export const alikeUnitsOf = lazily((traced): readonly Alike[] => {
  const { nodes } = traced.trace.tables;
  const found: Alike[] = [];
  const matrices: number[] = [];
  for (let node = 0; node < nodes.flags.length; node++)
    if (at(nodes.flags, node) === IS_WEIGHT && shapeOf(traced, node).length > 1) matrices.push(node);
  for (const weight of matrices) {
    const layout = layoutOf(traced, weight);
    if (layout !== null) found.push(...within(traced, weight, layout));
  }
  return [...found, ...twinsOf(traced, matrices)];
});

/** Where the elements of a unit lie: unit u has those at u · unit + k · step, in blocks. */
interface Layout {
  readonly units: number;
  readonly elements: number;
  at(unit: number, element: number): number;
}

/** Which dimension counts the units depends on the operation; null where a weight is no map from inputs to units. */
function layoutOf(traced: Traced, weight: number): Layout | null {
  const shape = shapeOf(traced, weight);
  const [rows = 0, columns = 0] = shape;
  const carries = carriesGradient(traced);
  const user = rowsOf(usersOf(traced), weight).find((id) => carries[id] === 1);
  const op = traced.nodes[user ?? -1]?.op ?? "";
  if (user === undefined || Math.min(rows, columns) === 0) return null;
  const place = rowsOf(inputsOf(traced), user).indexOf(weight);
  const inner = sizeOf(shape.slice(2));
  if (op === "linear" || /^conv\d/.test(op)) {
    const elements = columns * inner;
    return { units: rows, elements, at: (unit, element) => unit * elements + element };
  }
  if (op !== "matmul" || shape.length !== 2) return null;
  return place === 0
    ? { units: rows, elements: columns, at: (unit, element) => unit * columns + element }
    : { units: columns, elements: rows, at: (unit, element) => element * columns + unit };
}

function within(traced: Traced, weight: number, layout: Layout): Alike[] {
  const { units } = layout;
  const values = traced.values(weight, "value");
  if (units < 2 || values === null || !isRepeated(values, layout)) return [];
  const gradient = gradientNorm(traced, weight) > 0 ? traced.values(weight, "grad") : later(traced, weight);
  if (gradient === null) return [];
  const different = kindsOf(values, gradient, layout);
  return different < units ? [{ weight, twin: null, among: "units", units, different }] : [];
}

/** Whether most units have the values of the first one, or of another; a cheap look before all are compared. */
function isRepeated(values: ArrayLike<number>, { units, elements, at: place }: Layout): boolean {
  const probes = Math.min(elements, 4);
  const element = (unit: number, i: number) => values[place(unit, Math.floor((i * elements) / probes))];
  // Where the first probe alone tells more than half of them apart, the others need no look.
  const first = new Set<number | undefined>();
  for (let unit = 0; unit < units; unit++) if (first.add(element(unit, 0)).size > units / 2) return false;
  const seen = new Set<string>();
  for (let unit = 0; unit < units; unit++)
    seen.add(Array.from({ length: probes }, (_, i) => element(unit, i)).join());
  return seen.size <= units / 2;
}

/** How many units differ in values or gradients. */
function kindsOf(values: ArrayLike<number>, gradient: ArrayLike<number>, layout: Layout): number {
  const { units, elements, at: place } = layout;
  const kinds: number[] = [];
  const scale = largest(gradient) * ROUNDING;
  const isLike = (a: number, b: number) => {
    for (let i = 0; i < elements; i++) {
      const [p, q] = [place(a, i), place(b, i)];
      if (values[p] !== values[q] || Math.abs(at(gradient, p) - at(gradient, q)) > scale) return false;
    }
    return true;
  };
  for (let unit = 0; unit < units; unit++) {
    if (kinds.some((kind) => isLike(kind, unit))) continue;
    kinds.push(unit);
    // More is not asked for: half of them differ.
    if (kinds.length > units / 2) return units;
  }
  return kinds.length;
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(at(values, i)));
  return most;
}

/**
 * The gradient of a weight that has none yet, after steps that the others take: null where it gets one by itself, as that of
 * the branch behind a last layer of zeros, and where this cannot be tried.
 */
function later(traced: Traced, weight: number): ArrayLike<number> | null {
  return gradientsLater(traced)?.get(weight) ?? null;
}

const gradientsLater = lazily((traced): ReadonlyMap<number, ArrayLike<number>> | null => {
  const { experiments, parameters } = traced;
  if (experiments === null) return null;
  const leaves = new Map<number, ArrayLike<number>>();
  const gradients = new Map<number, ArrayLike<number>>();
  for (const { node } of parameters) {
    const values = traced.values(node, "value");
    const gradient = traced.values(node, "grad");
    if (values === null) continue;
    leaves.set(node, values);
    if (gradient !== null) gradients.set(node, gradient);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [node, values] of leaves) leaves.set(node, moved(values, gradients.get(node)));
    const repeated = experiments.repeat(leaves, { gradients: true });
    if (repeated === null) return null;
    for (const node of leaves.keys()) {
      const gradient = repeated.gradient(node);
      if (gradient !== null) gradients.set(node, gradient);
    }
  }
  return gradients;
});

/** A step against the gradient, of a size that does not depend on the loss's. */
function moved(values: ArrayLike<number>, gradient: ArrayLike<number> | undefined): ArrayLike<number> {
  const most = gradient === undefined ? 0 : largest(gradient);
  if (gradient === undefined || most === 0) return values;
  return Float64Array.from(values, (value, i) => value - (STEP * at(gradient, i)) / most);
}

/** Weights of one shape with the same random values and the same gradients. */
function twinsOf(traced: Traced, matrices: readonly number[]): Alike[] {
  const { mean, std, norm, shape } = traced.trace.tables.nodes;
  const groups = new Map<string, number[]>();
  for (const weight of matrices) {
    if (at(std, weight) === 0 || gradientNorm(traced, weight) === 0) continue;
    const key = [at(shape, weight), at(mean, weight), at(std, weight), at(norm, weight)].join();
    groups.set(key, [...(groups.get(key) ?? []), weight]);
  }
  return [...groups.values()].flatMap(([first, ...others]): Alike[] => {
    if (first === undefined) return [];
    const same = others.filter((other) => isTwin(traced, first, other));
    return same.length === 0
      ? []
      : [{ weight: first, twin: same[0] ?? null, among: "weights", units: same.length + 1, different: 1 }];
  });
}

function isTwin(traced: Traced, a: number, b: number): boolean {
  const [values, other] = [traced.values(a, "value"), traced.values(b, "value")];
  const [gradient, second] = [traced.values(a, "grad"), traced.values(b, "grad")];
  if (values === null || other === null || gradient === null || second === null) return false;
  const scale = largest(gradient) * ROUNDING;
  for (let i = 0; i < values.length; i++)
    if (values[i] !== other[i] || Math.abs(at(gradient, i) - at(second, i)) > scale) return false;
  return true;
}
