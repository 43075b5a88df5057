/** The names of a run's own tensors and layers, for work that goes on with them. */
import { isMadeTensor, type Tensor } from "../core/tensor";
import type { Module } from "../nn/module";
import { type Named, nameModules, nameTensors, nodeFlags } from "../report/names";
import { TableBuilder } from "./columns";
import { type HeldField, modulesOf } from "./modules";
import { writeNameFacts } from "./name-facts";
import type { Run } from "./run";
import { SiteRows } from "./site-rows";
import { standingIn } from "./standing";

/** A layer, with the path by which a person would name it. */
export interface NamedLayer {
  readonly module: Module;
  readonly path: string;
}

export interface LiveNames {
  readonly layers: readonly NamedLayer[];
  /** Tensors in fields of layers: the layer, and the name of the field. */
  readonly fields: ReadonlyMap<Tensor, { readonly owner: NamedLayer; readonly field: string }>;
  nameOf(x: Tensor): string | null;
}

/** The same names as in the run's trace. */
export function liveNames(run: Run): LiveNames {
  const held = modulesOf(run);
  const tensors = [...tensorsOf(run, held)];
  const rows = new Map(tensors.map((x, row) => [x, row]));
  const builder = new TableBuilder();
  const sites = new SiteRows(run.sources, builder);
  const rowOf = (x: Tensor) => rows.get(x) ?? null;
  writeNameFacts(run, { builder, sites, modules: held, rowOf });
  const input = run.tape.nodes.flatMap(({ inputs }) => inputs.flatMap((x) => rowOf(x) ?? []));
  const tables = { ...builder.tables, nodes: { flags: tensors.map(nodeFlags) }, edges: { input } };
  const trace: Named = { texts: builder.texts.list, tables };
  const modules = [...held.keys()];
  const named = nameModules(trace);
  const layers = new Map(
    [...named.values()].map(({ module, path }) => [module, { module: modules[module] as Module, path }]),
  );
  const { fields, nameOf } = nameTensors(trace, named);
  return {
    layers: [...layers.values()],
    fields: new Map(
      [...fields].map(([row, { owner, field }]) => [
        tensors[row] as Tensor,
        { owner: layers.get(owner) as NamedLayer, field },
      ]),
    ),
    nameOf: (x) => {
      const row = rows.get(x);
      return row === undefined ? null : nameOf(row);
    },
  };
}

function tensorsOf(run: Run, modules: ReadonlyMap<Module, readonly HeldField[]>): Set<Tensor> {
  const found = new Set<Tensor>();
  for (const { tensor } of run.tape.notes.bindings) found.add(tensor);
  for (const { inputs, out } of run.tape.nodes) for (const x of [...inputs, out]) found.add(x);
  for (const fields of modules.values())
    for (const [, value] of fields) if (isMadeTensor(value)) found.add(value);
  for (const { value } of standingIn(run).values()) if (isMadeTensor(value)) found.add(value);
  return found;
}
