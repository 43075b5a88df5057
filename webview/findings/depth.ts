/** The gradient of every layer along the depth: what proves a finding that compares layers. */
import { formatNumber } from "../../engine/core/number-text";
import type { Finding, Report } from "../../engine/report/report";
import { type NormMeasure, normText, parameterRows, type Row } from "../gradients/series";
import { type Domain, logDomain } from "../scale";

export interface Depth {
  /** The weights of layers in the order in which they were used, under the names of the layers. */
  readonly rows: readonly Row[];
  readonly measure: NormMeasure;
  readonly domain: Domain;
  /** Indices of the first layer, the last one, and those that the finding names. */
  readonly named: ReadonlySet<number>;
  /** What the finding compares the gradients with. */
  readonly limit: number | null;
  /** The operation that is to blame, and how many layers stand before it; null where it is none. */
  readonly culprit: { readonly op: string; readonly after: number } | null;
}

/** Fewer are no depth. */
const FEWEST = 3;

/** Null for a finding that does not compare layers: one that neither counts them nor names two. */
export function depthOf(report: Report, { evidence, node }: Finding): Depth | null {
  const measure = evidence.measure === "norm" ? "norm" : "rms";
  const layers = layersOf(report, measure);
  const rows = layers.map(({ row }) => row);
  const names = new Set(Object.values(evidence));
  const told = layers.flatMap(({ row, weight }, i) => (names.has(row.name) || names.has(weight) ? [i] : []));
  const isAboutDepth = told.length > 1 || (typeof evidence.layers === "number" && evidence.layers >= FEWEST);
  if (rows.length < FEWEST || !isAboutDepth) return null;
  const named = new Set([0, ...told, rows.length - 1]);
  // A limit of gradients; others say no measure.
  const { limit } = evidence;
  const shown = "measure" in evidence && typeof limit === "number" && limit > 0 ? limit : null;
  const norms = rows.flatMap(({ kind, norm }) => (kind === "norm" ? [norm] : []));
  const domain = logDomain(shown === null ? norms : [...norms, shown]);
  const blamed = node === null ? undefined : report.nodes[node];
  const after = layers.filter(({ usedAt }) => usedAt <= (node ?? -1)).length;
  const culprit = blamed?.kind === "operation" && after > 0 ? { op: blamed.op, after } : null;
  return { rows, measure, domain, named, limit: shown, culprit };
}

interface Layer {
  readonly row: Row;
  /** "net.fc1.weight" */
  readonly weight: string;
  /** The first node that used its weights. */
  readonly usedAt: number;
}

/** Biases and scales follow their layer: only what has two dimensions counts. */
function layersOf(report: Report, measure: NormMeasure): Layer[] {
  const usedAt = new Map<number, number>();
  for (const { id, inputs } of report.nodes)
    for (const input of inputs) if (!usedAt.has(input)) usedAt.set(input, id);
  return parameterRows(report, measure)
    .flatMap((row, i): Layer[] => {
      const { shape = [], scope = 0, node = -1 } = report.parameters[i] ?? {};
      const first = usedAt.get(node);
      if (shape.length < 2 || first === undefined) return [];
      const path = report.scopes[scope]?.path ?? "";
      const names = path === "" ? {} : { name: path, short: path.split(".").slice(-2).join(".") };
      return [{ row: { ...row, ...names }, weight: row.name, usedAt: first }];
    })
    .toSorted((a, b) => a.usedAt - b.usedAt);
}

/** "Gradient per weight" */
export function axisTitle({ measure }: Pick<Depth, "measure">): string {
  return measure === "rms" ? "Gradient per weight (root mean square)" : "Norm of the gradient";
}

/** What the plot shows, for who does not see it. */
export function wordsFor(depth: Depth): string {
  const { rows, culprit, named } = depth;
  const parts = rows.flatMap((row, i) => (named.has(i) ? [`${valueText(row)} in ${row.name}`] : []));
  const blame = culprit === null ? "" : `; ${culprit.op} stands after ${rows[culprit.after - 1]?.name}`;
  return `${axisTitle(depth)} of ${rows.length} layers, log axis: ${parts.join(", ")}${blame}`;
}

export function valueText(row: Row): string {
  return normText(row, (value) => formatNumber(value, 3));
}
