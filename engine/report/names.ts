/** Names of layers and tensors, from the variables and fields that held them. */
import { shortName } from "../core/printable";
import type { Tables } from "./schema";
import { at, rowAt } from "./trace";

/** What names are made of. */
export interface Named {
  readonly texts: readonly string[];
  readonly tables: Omit<Tables, "nodes" | "edges"> & {
    readonly nodes: Pick<Tables["nodes"], "flags">;
    readonly edges: Tables["edges"];
  };
}

/** A layer of the run, with the path by which a person would name it. */
export interface NamedModule {
  readonly module: number;
  readonly path: string;
  /** The layer that holds it in a field, else the one that called it; null at the top. */
  readonly parent: number | null;
}

/** A tensor in a field of a layer. */
export interface Field {
  readonly owner: number;
  readonly field: string;
  readonly path: string;
}

/** A place where a tensor or a layer stands when the run is over. */
interface Place {
  readonly node: number | null;
  readonly module: number | null;
  readonly owner: number | null;
  readonly within: string;
  readonly path: string;
  readonly variables: readonly string[];
}

/** A name that a binding gave. */
interface Given {
  readonly text: string;
  readonly isTop: boolean;
}

export const TAKES_GRADIENT = 1;
export const IS_LEAF = 2;
export const IS_WEIGHT = TAKES_GRADIENT | IS_LEAF;

/** What the column `flags` says of a tensor. */
export function nodeFlags(x: { readonly requiresGrad: boolean; readonly node: object | null }): number {
  return (x.requiresGrad ? TAKES_GRADIENT : 0) | (x.node === null ? IS_LEAF : 0);
}

/**
 * All layers of a run by themselves. A layer is named after the layer that holds it; at the top after the variable or the
 * path where it stands when the run is over, else after the variable of a function that held it, else after its class.
 */
export function nameModules(trace: Named): Map<number, NamedModule> {
  const { tables } = trace;
  const named = new Map<number, NamedModule>();
  const paths = new Set<string>();
  const children = childrenOf(trace);
  const visit = (module: number, path: string, parent: number | null) => {
    if (named.has(module)) return;
    const unique = distinct(shortName(path), paths);
    named.set(module, { module, path: unique, parent });
    for (const [name, child] of children.get(module) ?? []) visit(child, `${unique}.${name}`, module);
  };
  const bound = boundModules(trace);
  const standing = placesOf(trace).filter(isOfModule);
  const held = new Set<number>();
  for (const { module } of standing) holdAll(module, children, held);
  const visitStanding = (place: Place & { module: number }) => {
    const owner = place.owner === null ? null : (named.get(place.owner) ?? null);
    if (owner !== null) visit(place.module, owner.path + place.within, owner.module);
    else visit(place.module, firstVariable(place, bound.get(place.module) ?? []) ?? place.path, null);
  };
  for (const place of standing) if (!held.has(place.module)) visitStanding(place);
  // Layers that hold each other.
  for (const place of standing) visitStanding(place);
  for (const module of bound.keys()) holdAll(module, children, held);
  for (const [module, [first]] of bound) if (first && !held.has(module)) visit(module, first.text, null);
  const { calls, modules } = tables;
  for (let call = 0; call < calls.module.length; call++) {
    const module = at(calls.module, call);
    if (named.has(module)) continue;
    const caller = rowAt(calls.caller, call);
    const owner = caller === null ? null : (named.get(at(calls.module, caller)) ?? null);
    const type = textAt(trace, modules.type, module);
    visit(module, owner === null ? type : `${owner.path}.${type}`, owner?.module ?? null);
  }
  return named;
}

const isOfModule = (place: Place): place is Place & { module: number } => place.module !== null;

/**
 * Names of tensors. A leaf has the path of the field of a layer that holds it, else the path where it stands when the run
 * is over, else the name of the variable that held it first; a result that of the variable that held it last. No two
 * weights have the same name.
 */
export function nameTensors(trace: Named, modules: ReadonlyMap<number, NamedModule>) {
  const { tables } = trace;
  const flags = (node: number) => at(tables.nodes.flags, node);
  const places = placesOf(trace);
  const fields = tensorsInModules(trace, modules, places);
  const { variables, passed } = lastNames(trace);
  const given = firstNames(trace);
  const standing = new Map(places.flatMap((place) => (place.node === null ? [] : [[place.node, place]])));
  const standsAt = (x: number) => {
    const place = flags(x) & IS_LEAF ? standing.get(x) : undefined;
    return place && shortName(firstVariable(place, given.get(x) ?? []) ?? place.path);
  };
  // Before the local names of the function that makes it, a leaf has the name that the top of the file gives it.
  const firstName = (x: number) => {
    const names = given.get(x) ?? [];
    const first = names.find(({ isTop }) => isTop) ?? names[0];
    return first && shortName(first.text);
  };
  const plainNameOf = (x: number) =>
    fields.get(x)?.path ?? standsAt(x) ?? firstName(x) ?? variables.get(x) ?? passed.get(x) ?? null;
  const unique = new Map<number, string>();
  const taken = new Set<string>();
  const weights = weightsOf(trace);
  // What stands somewhere keeps its name; what only a function held gives way.
  for (const of of [fields, standing, weights]) {
    for (const x of of.keys()) {
      if (!weights.has(x) || unique.has(x)) continue;
      const name = plainNameOf(x);
      if (name !== null) unique.set(x, distinct(name, taken));
    }
  }
  return { fields, nameOf: (x: number): string | null => unique.get(x) ?? plainNameOf(x) };
}

function textAt({ texts }: Named, column: ArrayLike<number>, row: number): string {
  return texts[at(column, row)] as string;
}

const knownPlaces = new WeakMap<object, readonly Place[]>();

function placesOf(trace: Named): readonly Place[] {
  const { standing, variables } = trace.tables;
  const known = knownPlaces.get(standing);
  if (known !== undefined) return known;
  const names = new Map<number, string[]>();
  for (let row = 0; row < variables.name.length; row++)
    listIn(names, at(variables.standing, row)).push(textAt(trace, variables.name, row));
  const paths = new Map<number, string>();
  const places = Array.from({ length: standing.path.length }, (_, row): Place => {
    const node = rowAt(standing.node, row);
    const module = rowAt(standing.module, row);
    const owner = rowAt(standing.owner, row);
    const within = textAt(trace, standing.within, row);
    const whole = owner === null ? textAt(trace, standing.path, row) : (paths.get(owner) ?? "") + within;
    if (module !== null) paths.set(module, whole);
    return { node, module, owner, within, path: whole, variables: names.get(row) ?? [] };
  });
  knownPlaces.set(standing, places);
  return places;
}

/** The layers in the fields of each layer. */
function childrenOf(trace: Named): Map<number, [name: string, child: number][]> {
  const { fields } = trace.tables;
  const children = new Map<number, [string, number][]>();
  for (let row = 0; row < fields.module.length; row++) {
    const child = rowAt(fields.child, row);
    if (child !== null)
      listIn(children, at(fields.module, row)).push([textAt(trace, fields.name, row), child]);
  }
  return children;
}

/** The names that bindings gave to layers, in the order in which each binding first did. */
function boundModules(trace: Named): Map<number, Given[]> {
  const { moduleNames } = trace.tables;
  const bound = new Map<number, Given[]>();
  for (let row = 0; row < moduleNames.module.length; row++) {
    const given = givenBy(trace, at(moduleNames.binding, row), textAt(trace, moduleNames.part, row));
    if (given.role !== "return") listIn(bound, at(moduleNames.module, row)).push(given);
  }
  return bound;
}

/** The names that bindings gave to leaves, in order. */
function firstNames(trace: Named): Map<number, Given[]> {
  const rows = trace.tables.firstNames;
  const names = new Map<number, Given[]>();
  for (let row = 0; row < rows.node.length; row++) {
    const given = givenBy(trace, at(rows.binding, row), textAt(trace, rows.part, row));
    if (!["return", "parameter", "element"].includes(given.role))
      listIn(names, at(rows.node, row)).push(given);
  }
  return names;
}

/** The variable that held each tensor last; and what it was called last where it was passed on, which says less. */
function lastNames(trace: Named) {
  const { events } = trace.tables;
  const variables = new Map<number, string>();
  const passed = new Map<number, string>();
  for (let row = 0; row < events.node.length; row++) {
    const { text, role } = givenBy(trace, at(events.binding, row), textAt(trace, events.part, row));
    if (role !== "return")
      (role === "parameter" ? passed : variables).set(at(events.node, row), shortName(text));
  }
  return { variables, passed };
}

function givenBy(trace: Named, binding: number, part: string): Given & { readonly role: string } {
  const { bindings } = trace.tables;
  return {
    text: textAt(trace, bindings.name, binding) + part,
    isTop: at(bindings.isTop, binding) === 1,
    role: textAt(trace, bindings.role, binding),
  };
}

/** Of several variables at the top that hold a value, the one that held it first. */
function firstVariable({ variables }: Place, given: readonly Given[]): string | undefined {
  const held = given.find(({ text, isTop }) => isTop && variables.includes(text));
  return held?.text ?? variables[0];
}

/** Adds what lies in the fields of a layer, at any depth. */
function holdAll(
  module: number,
  children: ReadonlyMap<number, readonly (readonly [string, number])[]>,
  held: Set<number>,
): void {
  for (const [, child] of children.get(module) ?? []) {
    if (held.has(child)) continue;
    held.add(child);
    holdAll(child, children, held);
  }
}

function distinct(path: string, taken: Set<string>): string {
  let name = path;
  for (let i = 2; taken.has(name); i++) name = `${path}#${i}`;
  taken.add(name);
  return name;
}

/** Leaves that take gradients, as the run met them. */
function weightsOf({ tables }: Named): Set<number> {
  const met = new Set<number>();
  for (const column of [tables.events.node, tables.edges.input])
    for (let row = 0; row < column.length; row++) {
      const node = at(column, row);
      if (at(tables.nodes.flags, node) === IS_WEIGHT) met.add(node);
    }
  return met;
}

/** Tensors in fields of layers; weights also where a private field or an object of the layer holds them. */
function tensorsInModules(
  trace: Named,
  modules: ReadonlyMap<number, NamedModule>,
  places: readonly Place[],
): Map<number, Field> {
  const { fields: rows, nodes } = trace.tables;
  const fields = new Map<number, Field>();
  const inModules = new Map<number, [string, number][]>();
  for (let row = 0; row < rows.module.length; row++) {
    const node = rowAt(rows.node, row);
    if (node !== null) listIn(inModules, at(rows.module, row)).push([textAt(trace, rows.name, row), node]);
  }
  for (const { module, path } of modules.values()) {
    for (const [field, node] of inModules.get(module) ?? [])
      if (!fields.has(node)) fields.set(node, { owner: module, field, path: shortName(`${path}.${field}`) });
  }
  for (const { node, owner, within } of places) {
    const named = owner === null ? undefined : modules.get(owner);
    if (!named || node === null || fields.has(node) || at(nodes.flags, node) !== IS_WEIGHT) continue;
    const field = within.replace(/^\./, "");
    fields.set(node, { owner: named.module, field, path: shortName(named.path + within) });
  }
  return fields;
}

function listIn<K, V>(lists: Map<K, V[]>, key: K): V[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const made: V[] = [];
  lists.set(key, made);
  return made;
}
