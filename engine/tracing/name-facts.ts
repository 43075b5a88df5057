/** What names are made of, observed in a run: who held its tensors and layers while it went on, and when it was over. */
import { fieldOf } from "../core/observe";
import { shortName } from "../core/printable";
import type { Scope } from "../core/tape";
import { isMadeTensor, type Tensor } from "../core/tensor";
import * as nn from "../nn";
import type { Module } from "../nn/module";
import { constructedAt, isMadeInside, isMadeModule } from "../nn/module-facts";
import { optionalRow, type TableBuilder } from "./columns";
import { callsOf, type HeldField } from "./modules";
import type { Run } from "./run";
import type { SiteRows } from "./site-rows";
import { standingIn } from "./standing";

/** Where facts are written to, and which rows the tensors and layers of the run have there. */
export interface Facts {
  readonly builder: TableBuilder;
  readonly sites: SiteRows;
  readonly modules: ReadonlyMap<Module, readonly HeldField[]>;
  /** Null for a tensor that is no node. */
  rowOf(x: Tensor): number | null;
}

/**
 * Writes all tables that names are made of, but those of nodes and edges.
 * @returns the row of the innermost layer's call, by scope
 */
export function writeNameFacts(run: Run, facts: Facts): ReadonlyMap<Scope, number> {
  const rows = new Map([...facts.modules.keys()].map((module, row) => [module, row]));
  const moduleRow = (value: unknown) => (isMadeModule(value) ? (rows.get(value) ?? null) : null);
  const bindings = new BindingRows(run, facts);
  writeModules(run, facts, moduleRow);
  for (const { binding, module, part } of run.tape.notes.modules.values()) {
    const [row, held] = [bindings.row(binding), moduleRow(module)];
    if (row === null || held === null) continue;
    facts.builder.add("moduleNames", { module: held, binding: row, part: facts.builder.text(part) });
  }
  for (const { binding, tensor, part } of run.tape.notes.bindings) {
    const [node, row] = [facts.rowOf(tensor), bindings.row(binding)];
    if (node === null || row === null) continue;
    facts.builder.add("events", { binding: row, part: facts.builder.text(part), node });
  }
  writeStanding(run, facts, moduleRow);
  writeFirstNames(run, facts, bindings);
  return writeCalls(run, facts, moduleRow);
}

const ofLibrary: ReadonlySet<unknown> = new Set(Object.values(nn));

type ModuleRow = (value: unknown) => number | null;

function writeModules(run: Run, { builder, sites, modules, rowOf }: Facts, moduleRow: ModuleRow): void {
  for (const [module, fields] of modules) {
    const type = builder.text(shortName(module.constructor?.name));
    const site = optionalRow(sites.row(run.sources.site(constructedAt(module))));
    const training = fieldOf(module, "training") === false ? 0 : 1;
    const made = isMadeInside(module) ? 1 : 0;
    const library = ofLibrary.has(module.constructor) ? 1 : 0;
    const row = builder.add("modules", { type, site, made, training, library });
    for (const [name, value] of fields) {
      const node = isMadeTensor(value) ? rowOf(value) : null;
      const child = moduleRow(value);
      if (node === null && child === null) continue;
      const held = { node: optionalRow(node), child: optionalRow(child) };
      builder.add("fields", { module: row, name: builder.text(name), ...held });
    }
  }
}

function writeStanding(run: Run, { builder, rowOf }: Facts, moduleRow: ModuleRow): void {
  for (const { value, path, variables, owner, within } of standingIn(run).values()) {
    const node = isMadeTensor(value) ? rowOf(value) : null;
    const module = moduleRow(value);
    if (node === null && module === null) continue;
    const row = builder.add("standing", {
      node: optionalRow(node),
      module: optionalRow(module),
      owner: optionalRow(moduleRow(owner)),
      within: builder.text(within),
      // Behind a layer the path follows from the layer's own.
      path: builder.text(owner === null ? path : ""),
    });
    for (const name of variables) builder.add("variables", { standing: row, name: builder.text(name) });
  }
}

/** Of all leaves that a name can be asked of. */
function writeFirstNames(run: Run, { builder, modules, rowOf }: Facts, bindings: BindingRows): void {
  const leaves = new Set<Tensor>();
  const note = (value: unknown) => {
    if (isMadeTensor(value) && value.node === null) leaves.add(value);
  };
  for (const { tensor } of run.tape.notes.bindings) note(tensor);
  for (const { inputs } of run.tape.nodes) inputs.forEach(note);
  for (const fields of modules.values()) for (const [, value] of fields) note(value);
  for (const { value } of standingIn(run).values()) note(value);
  for (const x of leaves) {
    const node = rowOf(x);
    if (node === null) continue;
    for (const { binding, part } of run.tape.notes.leafNames.of(x)) {
      const row = bindings.row(binding);
      if (row !== null) builder.add("firstNames", { node, binding: row, part: builder.text(part) });
    }
  }
}

/** What only looks like a layer is passed over. */
function writeCalls(run: Run, { builder }: Facts, moduleRow: ModuleRow): Map<Scope, number> {
  const rows = new Map<Scope, number>();
  for (const scope of callsOf(run)) {
    const caller = scope.parent && (rows.get(scope.parent) ?? null);
    const module = moduleRow(scope.module);
    if (module !== null) rows.set(scope, builder.add("calls", { module, caller: optionalRow(caller) }));
    else if (caller !== null) rows.set(scope, caller);
  }
  return rows;
}

class BindingRows {
  readonly #rows = new Map<number, number | null>();

  constructor(
    private readonly run: Run,
    private readonly facts: Facts,
  ) {}

  /** Null for a binding of which nothing is known. */
  row(id: number): number | null {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = this.#add(id);
    this.#rows.set(id, row);
    return row;
  }

  #add(id: number): number | null {
    const { builder, sites } = this.facts;
    const found = this.run.sources.binding(id);
    const site = found && sites.row(found.site);
    if (found === null || site === null) return null;
    const { name, role = "declaration", isTop = false } = found;
    return builder.add("bindings", {
      name: builder.text(name),
      site,
      role: builder.text(role),
      isTop: isTop ? 1 : 0,
    });
  }
}
