/** What the gradients panel shows: norms by layer, by parameter, and along the depth of the computation. */
import type { Report, Site, Stats } from "../../engine/report/report";
import { nodeNames } from "../node-names";
import { type GradientKind, gradientKind } from "../scale";

export interface Row {
  readonly name: string;
  /** The name where there is little room: "hidden.3". */
  readonly short: string;
  /** The class of a layer, a parameter's shape, an operation. */
  readonly detail: string;
  readonly kind: GradientKind;
  /** Euclidean norm of the gradient, or its root mean square; 0 when there is none. */
  readonly norm: number;
  readonly site: Site | null;
  /** The node to show in the graph. */
  readonly node: number;
}

/** The norm itself, or the norm over the root of the number of elements, which compares tensors of different size. */
export type NormMeasure = "norm" | "rms";

/** One row per layer that has parameters of its own, in the model's order. */
export function layerRows(report: Report, measure: NormMeasure): Row[] {
  const byScope = new Map<number, number[]>();
  for (const { scope, node } of report.parameters) {
    const nodes = byScope.get(scope);
    if (nodes) nodes.push(node);
    else byScope.set(scope, [node]);
  }
  return [...byScope].map(([scope, nodes]) => {
    const layer = report.scopes[scope];
    const grads = nodes.map((node) => report.nodes[node]?.grad ?? null);
    return {
      name: layer?.path || "model",
      short: ending(layer?.path || "model"),
      detail: layer?.type ?? "",
      ...together(grads, measure),
      site: layer?.site ?? report.nodes[nodes[0] ?? 0]?.site ?? null,
      node: nodes[0] ?? 0,
    };
  });
}

/** One row per parameter, in the model's order. */
export function parameterRows(report: Report, measure: NormMeasure): Row[] {
  return report.parameters.map(({ name, node, shape }) => ({
    name,
    short: ending(name),
    detail: shape.join("×"),
    ...together([report.nodes[node]?.grad ?? null], measure),
    site: report.nodes[node]?.site ?? null,
    node,
  }));
}

/** One row per operation that got a gradient, in the order of the forward pass. */
export function depthRows(report: Report, measure: NormMeasure): Row[] {
  return report.nodes
    .filter(({ inputs, grad }) => inputs.length > 0 && grad !== null)
    .map(({ id, name, op, site, grad, scope }) => ({
      ...operationNames(name, nodeNames(report)[id] ?? op, report.scopes[scope]?.path ?? ""),
      detail: op,
      ...together([grad], measure),
      site,
      node: id,
    }));
}

/** `shown` is the name with its number, or the operation; without a name the layer says which one it is. */
function operationNames(name: string | null, shown: string, layer: string): Pick<Row, "name" | "short"> {
  if (name !== null) return { name: shown, short: shown === name ? ending(name) : shown };
  return layer === "" ? { name: shown, short: shown } : { name: `${layer} ${shown}`, short: ending(layer) };
}

/** The end of a path: what tells one name from the next. */
function ending(path: string): string {
  return path.split(".").slice(-2).join(".");
}

/** The norm of several gradients taken as one vector. */
function together(
  grads: readonly (Stats | null)[],
  measure: NormMeasure,
): { readonly kind: GradientKind; readonly norm: number } {
  const known = grads.filter((grad) => grad !== null);
  if (known.length === 0) return { kind: "none", norm: 0 };
  const size = known.reduce((sum, grad) => sum + grad.size, 0);
  const norm = Math.hypot(...known.map((grad) => grad.norm)) / (measure === "rms" ? Math.sqrt(size) : 1);
  if (known.some((grad) => gradientKind(grad) === "nonFinite")) return { kind: "nonFinite", norm };
  return { kind: norm === 0 ? "zero" : "norm", norm };
}

export interface RuleLine {
  readonly name: string;
  readonly value: number;
}

/** The limits that findings about gradients rest on, as far as they are limits of this measure. */
export function thresholds({ findings }: Report, measure: NormMeasure): RuleLine[] {
  return findings.flatMap(({ rule, evidence }) => {
    const { limit } = evidence;
    const isShown = evidence.measure === measure && typeof limit === "number" && limit > 0;
    return isShown ? [{ name: rule.replace(/-gradient$/, ""), value: limit }] : [];
  });
}

/** What a row's gradient is in words and digits. */
export function normText(row: Row, format: (value: number) => string): string {
  const texts = { norm: format(row.norm), zero: "0", nonFinite: "not finite", none: "no gradient" };
  return texts[row.kind];
}
