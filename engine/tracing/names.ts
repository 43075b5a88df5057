/** Names of layers and tensors, from the variables and fields that held them. */

import { silently } from "../core/observe";
import { shortName } from "../core/printable";
import type { Node } from "../core/tape";
import { isMadeTensor, type Tensor } from "../core/tensor";
import type { Module } from "../nn/module";
import { isMadeModule } from "../nn/module-facts";
import type { Run, SourceName } from "./run";
import { type Standing, standingIn } from "./standing";

/** A layer of the run, with the path by which a person would name it. */
export interface NamedModule {
  readonly module: Module;
  readonly path: string;
  /** The module that holds it in a field, else the one that called it; null at the top. */
  readonly parent: Module | null;
}

/**
 * All modules of a run by themselves. A module is named after the module that holds it; at the top after the variable or
 * the path where it stands when the run is over, else after the variable of a function that held it, else after its class.
 */
export function nameModules(run: Run): Map<Module, NamedModule> {
  const named = new Map<Module, NamedModule>();
  const paths = new Set<string>();
  const visit = (module: Module, path: string, parent: Module | null) => {
    if (named.has(module)) return;
    const unique = distinct(shortName(path), paths);
    named.set(module, { module, path: unique, parent });
    for (const [name, child] of childrenOf(module)) visit(child, `${unique}.${name}`, module);
  };
  const bound = boundModules(run);
  const standing = [...standingIn(run).values()].filter(isOfModule);
  const held = new Set<object>();
  for (const { value } of standing) holdAll(value, held);
  const visitStanding = (place: Standing & { value: Module }) => {
    const owner = place.owner && (named.get(place.owner) ?? null);
    if (owner !== null) visit(place.value, owner.path + place.within, owner.module);
    else visit(place.value, firstVariable(place, bound.get(place.value) ?? []) ?? place.path, null);
  };
  for (const place of standing) if (!held.has(place.value)) visitStanding(place);
  // Modules that hold each other.
  for (const place of standing) visitStanding(place);
  for (const module of bound.keys()) holdAll(module, held);
  for (const [module, [first]] of bound) if (first && !held.has(module)) visit(module, first.text, null);
  for (const node of run.tape.nodes) {
    for (const { module, parent } of scopesOf(node)) {
      if (!isMadeModule(module) || named.has(module)) continue;
      const owner = isMadeModule(parent) ? (named.get(parent) ?? null) : null;
      const type = shortName(module.constructor?.name);
      visit(module, owner === null ? type : `${owner.path}.${type}`, owner?.module ?? null);
    }
  }
  return named;
}

const isOfModule = (place: Standing): place is Standing & { value: Module } => isMadeModule(place.value);

/** A name that a binding gave. */
interface Given {
  readonly text: string;
  readonly isTop: boolean;
}

/** The names that bindings gave to modules, in the order in which each binding first did. */
function boundModules({ tape, sources }: Run): Map<Module, Given[]> {
  const bound = new Map<Module, Given[]>();
  for (const { binding, module, part } of tape.modules.values()) {
    const name = sources.binding(binding);
    if (!isMadeModule(module) || !isVariable(name)) continue;
    const given = { text: name.name + part, isTop: name.isTop ?? false };
    bound.set(module, [...(bound.get(module) ?? []), given]);
  }
  return bound;
}

/** Of several variables at the top that hold a value, the one that held it first. */
function firstVariable({ variables }: Standing, given: readonly Given[]): string | undefined {
  const held = given.find(({ text, isTop }) => isTop && variables.includes(text));
  return held?.text ?? variables[0];
}

function fieldsOf(module: Module): [string, unknown][] {
  return silently(() => [...module.namedFields()]);
}

function childrenOf(module: Module): [string, Module][] {
  return fieldsOf(module).flatMap(([name, value]): [string, Module][] =>
    isMadeModule(value) ? [[name, value]] : [],
  );
}

/** The scopes around an operation, outermost first. */
function scopesOf(node: Node): { module: object; parent: object | null }[] {
  const scopes = [];
  for (let scope = node.scope; scope !== null; scope = scope.parent) {
    scopes.unshift({ module: scope.module, parent: scope.parent?.module ?? null });
  }
  return scopes;
}

/** Adds what lies in the fields of a module, at any depth. */
function holdAll(module: object, held: Set<object>): void {
  if (!isMadeModule(module)) return;
  for (const [, child] of childrenOf(module)) {
    if (held.has(child)) continue;
    held.add(child);
    holdAll(child, held);
  }
}

function distinct(path: string, taken: Set<string>): string {
  let name = path;
  for (let i = 2; taken.has(name); i++) name = `${path}#${i}`;
  taken.add(name);
  return name;
}

/** True for a name that a person would use for the value: of a variable or a field, not of what a function returned. */
export function isVariable(name: SourceName | null): name is SourceName {
  return name !== null && name.role !== "return";
}

/** A tensor in a field of a module. */
export interface Field {
  readonly owner: Module;
  readonly field: string;
  readonly path: string;
}

/**
 * Names of tensors. A leaf has the path of the field of a module that holds it, else the path where it stands when the run
 * is over, else the name of the variable that held it first; a result that of the variable that held it last. No two
 * weights have the same name.
 */
export function nameTensors(run: Run, modules: ReadonlyMap<Module, NamedModule>) {
  const fields = tensorsInModules(run, modules);
  const variables = new Map<Tensor, string>();
  const passed = new Map<Tensor, string>();
  for (const { binding, tensor, part } of run.tape.bindings) {
    const name = run.sources.binding(binding);
    // What a tensor is called where it is passed on says less than the variable it came from.
    if (isVariable(name))
      (name.role === "parameter" ? passed : variables).set(tensor, shortName(name.name + part));
  }
  const standing = standingIn(run);
  const standsAt = (x: Tensor) => {
    const place = x.isLeaf ? standing.get(x) : undefined;
    return place && shortName(firstVariable(place, namesOf(run, x)) ?? place.path);
  };
  const plainNameOf = (x: Tensor) =>
    fields.get(x)?.path ?? standsAt(x) ?? firstName(run, x) ?? variables.get(x) ?? passed.get(x) ?? null;
  const unique = new Map<Tensor, string>();
  const taken = new Set<string>();
  const weights = new Set(weightsOf(run));
  // What stands somewhere keeps its name; what only a function held gives way.
  for (const of of [fields, standing, weights]) {
    for (const x of of.keys()) {
      if (!isMadeTensor(x) || !weights.has(x) || unique.has(x)) continue;
      const name = plainNameOf(x);
      if (name !== null) unique.set(x, distinct(name, taken));
    }
  }
  const nameOf = (x: Tensor) => unique.get(x) ?? plainNameOf(x);
  return { fields, nameOf };
}

/** Leaves that take gradients, as the run met them. */
function weightsOf({ tape }: Run): Tensor[] {
  const met = [...tape.bindings.map(({ tensor }) => tensor), ...tape.nodes.flatMap((node) => node.inputs)];
  return met.filter((x) => x.isLeaf && x.requiresGrad);
}

/** Tensors in fields of modules; weights also where a private field or an object of the module holds them. */
function tensorsInModules(run: Run, modules: ReadonlyMap<Module, NamedModule>): Map<Tensor, Field> {
  const fields = new Map<Tensor, Field>();
  for (const { module, path } of modules.values()) {
    for (const [field, value] of fieldsOf(module)) {
      if (isMadeTensor(value) && !fields.has(value)) {
        fields.set(value, { owner: module, field, path: shortName(`${path}.${field}`) });
      }
    }
  }
  for (const { value, owner, within } of standingIn(run).values()) {
    const named = owner && modules.get(owner);
    if (!named || !isMadeTensor(value) || fields.has(value) || !value.isLeaf || !value.requiresGrad) continue;
    fields.set(value, {
      owner: named.module,
      field: within.replace(/^\./, ""),
      path: shortName(named.path + within),
    });
  }
  return fields;
}

/** The names that bindings gave to a leaf, in order. */
function namesOf({ tape, sources }: Run, x: Tensor): Given[] {
  return tape.leafNames.of(x).flatMap(({ binding, part }): Given[] => {
    const name = sources.binding(binding);
    return isVariable(name) && name.role !== "parameter" && name.role !== "element"
      ? [{ text: name.name + part, isTop: name.isTop ?? false }]
      : [];
  });
}

/** Before the local names of the function that makes it, a leaf has the name that the top of the file gives it. */
function firstName(run: Run, x: Tensor): string | null {
  const names = namesOf(run, x);
  const first = names.find(({ isTop }) => isTop) ?? names[0];
  return first ? shortName(first.text) : null;
}
