/** The layers of a run as the report's scopes, and their parameters. */

import { shortName } from "../core/printable";
import type { Node } from "../core/tape";
import type { Tensor } from "../core/tensor";
import type { Module } from "../nn/module";
import { constructedAt } from "../nn/module-facts";
import type { ReportParameter, ReportScope } from "../report/report";
import { normOf } from "../report/stats";
import type { Field, NamedModule } from "./names";
import type { Run } from "./run";
import { shownGradient } from "./shown-gradient";

export interface RunScopes {
  readonly scopes: readonly ReportScope[];
  readonly parameters: readonly ReportParameter[];
  /** Index of a module's scope; 0 for none. */
  indexOf(module: object | undefined): number;
}

/** A parameter with its node. */
export interface Weight {
  readonly tensor: Tensor;
  readonly name: string;
  readonly node: number;
}

/** Scopes of all modules in which something ran or that hold parameters, and the run itself at index 0. */
export function scopesOf(
  run: Run,
  modules: ReadonlyMap<Module, NamedModule>,
  fields: ReadonlyMap<Tensor, Field>,
  weights: readonly Weight[],
): RunScopes {
  const shown = shownModules(run, modules, fields);
  const index = new Map<object, number>(shown.map(({ module }, i) => [module, i + 1]));
  const indexOf = (module: object | undefined) => (module && index.get(module)) || 0;
  const parents = [null, ...shown.map(({ parent }) => indexOf(parent ?? undefined))];
  const parameters = weights.map(({ tensor, name, node }): ReportParameter => {
    const gradient = shownGradient(run, tensor);
    return {
      name,
      node,
      scope: indexOf(fields.get(tensor)?.owner),
      shape: tensor.shape,
      gradNorm: gradient ? normOf(gradient.data) : null,
    };
  });
  const totals = sumUp(parameters, weights, parents);
  const scopes = [null, ...shown].map((named, i): ReportScope => {
    const { squares, count, reached } = totals[i] ?? { squares: 0, count: 0, reached: false };
    return {
      path: named?.path ?? "",
      type: shortName(named?.module.constructor?.name),
      parent: parents[i] ?? null,
      site: named ? run.sources.site(constructedAt(named.module)) : null,
      gradNorm: reached ? Math.sqrt(squares) : null,
      parameters: count,
    };
  });
  return { scopes, parameters, indexOf };
}

/** Parents come before their children, because a module is named after what holds it. */
function shownModules(
  run: Run,
  modules: ReadonlyMap<Module, NamedModule>,
  fields: ReadonlyMap<Tensor, Field>,
): NamedModule[] {
  const shown = new Set<object>();
  const show = (module: object | null) => {
    for (let m = module; m !== null && !shown.has(m); m = modules.get(m as Module)?.parent ?? null)
      shown.add(m);
  };
  for (const node of run.tape.nodes) callersOf(node).forEach(show);
  for (const [tensor, { owner }] of fields) if (tensor.requiresGrad && tensor.isLeaf) show(owner);
  return [...modules.values()].filter(({ module }) => shown.has(module));
}

function callersOf(node: Node): object[] {
  const modules = [];
  for (let scope = node.scope; scope !== null; scope = scope.parent) modules.push(scope.module);
  return modules;
}

function sumUp(
  parameters: readonly ReportParameter[],
  weights: readonly Weight[],
  parents: readonly (number | null)[],
) {
  const totals = parents.map(() => ({ squares: 0, count: 0, reached: false }));
  parameters.forEach(({ scope, gradNorm }, i) => {
    for (let at: number | null = scope; at !== null; at = parents[at] ?? null) {
      const total = totals[at];
      if (total === undefined) return;
      total.count += weights[i]?.tensor.size ?? 0;
      total.squares += (gradNorm ?? 0) ** 2;
      total.reached ||= gradNorm !== null;
    }
  });
  return totals;
}
