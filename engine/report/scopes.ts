/** The layers of a run as the report's scopes, and their parameters. */
import type { Field, NamedModule } from "./names";
import type { ReportParameter, ReportScope, Site } from "./report";
import { at, rowAt, type Trace } from "./trace";

export interface Scopes {
  readonly scopes: readonly ReportScope[];
  readonly parameters: readonly ReportParameter[];
  /** Index of a layer's scope; 0 for none. */
  indexOf(module: number | null | undefined): number;
}

/** A parameter of the run. */
export interface Weight {
  readonly node: number;
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly gradNorm: number | null;
}

interface Parts {
  readonly modules: ReadonlyMap<number, NamedModule>;
  readonly fields: ReadonlyMap<number, Field>;
  readonly weights: readonly Weight[];
  site(row: number | null): Site | null;
}

/** Scopes of all layers in which something ran or that hold parameters, and the run itself at index 0. */
export function scopesOf(trace: Trace, { modules, fields, weights, site }: Parts): Scopes {
  const shown = shownModules(trace, modules, fields, weights);
  const index = new Map(shown.map(({ module }, i) => [module, i + 1]));
  const indexOf = (module: number | null | undefined) => index.get(module ?? -1) ?? 0;
  const parents = [null, ...shown.map(({ parent }) => indexOf(parent))];
  const parameters = weights.map(({ name, node, shape, gradNorm }): ReportParameter => {
    return { name, node, scope: indexOf(fields.get(node)?.owner), shape, gradNorm };
  });
  const totals = sumUp(parameters, weights, parents);
  const { type, site: constructed } = trace.tables.modules;
  const scopes = [null, ...shown].map((named, i): ReportScope => {
    const { squares, count, reached } = totals[i] ?? { squares: 0, count: 0, reached: false };
    return {
      path: named?.path ?? "",
      type: named ? (trace.texts[at(type, named.module)] ?? "") : "",
      parent: parents[i] ?? null,
      site: named && site(rowAt(constructed, named.module)),
      gradNorm: reached ? Math.sqrt(squares) : null,
      parameters: count,
    };
  });
  return { scopes, parameters, indexOf };
}

/** Parents come before their children, because a layer is named after what holds it. */
function shownModules(
  { tables }: Trace,
  modules: Parts["modules"],
  fields: Parts["fields"],
  weights: readonly Weight[],
): NamedModule[] {
  const shown = new Set<number>();
  const show = (module: number | null) => {
    for (let m = module; m !== null && !shown.has(m); m = modules.get(m)?.parent ?? null) shown.add(m);
  };
  for (let call = 0; call < tables.calls.module.length; call++) show(at(tables.calls.module, call));
  for (const { node } of weights) show(fields.get(node)?.owner ?? null);
  return [...modules.values()].filter(({ module }) => shown.has(module));
}

function sumUp(
  parameters: readonly ReportParameter[],
  weights: readonly Weight[],
  parents: readonly (number | null)[],
) {
  const totals = parents.map(() => ({ squares: 0, count: 0, reached: false }));
  parameters.forEach(({ scope, gradNorm }, i) => {
    for (let row: number | null = scope; row !== null; row = parents[row] ?? null) {
      const total = totals[row];
      if (total === undefined) return;
      total.count += weights[i]?.size ?? 0;
      total.squares += (gradNorm ?? 0) ** 2;
      total.reached ||= gradNorm !== null;
    }
  });
  return totals;
}
