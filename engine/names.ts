/** Names of layers and tensors, from the variables and fields that held them. */
import type { Module } from "./nn/module";
import { isMadeModule } from "./nn/module-facts";
import { silently } from "./observe";
import { shortName } from "./printable";
import { reach } from "./reach";
import type { Run, SourceName } from "./run";
import type { Node } from "./tape";
import { isMadeTensor, type Tensor } from "./tensor";

/** A layer of the run, with the path by which a person would name it. */
export interface NamedModule {
  readonly module: Module;
  readonly path: string;
  /** The module that holds it in a field, else the one that called it; null at the top. */
  readonly parent: Module | null;
}

/** All modules of a run by themselves: those held by variables, what is in their fields, and those that only ran. */
export function nameModules(
  run: Run,
  reached: ReadonlyMap<object, string> = reach(run.tape.variables),
): Map<Module, NamedModule> {
  const bound = [...run.tape.modules.values()];
  const held = new Set<object>();
  for (const { module } of bound) holdAll(module, held);
  for (const module of reached.keys()) holdAll(module, held);
  const named = new Map<Module, NamedModule>();
  const paths = new Set<string>();
  const visit = (module: Module, path: string, parent: Module | null) => {
    if (named.has(module)) return;
    const unique = distinct(shortName(path), paths);
    named.set(module, { module, path: unique, parent });
    for (const [name, child] of childrenOf(module)) visit(child, `${unique}.${name}`, module);
  };
  const names = bound.flatMap(({ binding, module, part }) => {
    const name = run.sources.binding(binding);
    return isMadeModule(module) && isVariable(name) ? [{ module, path: name.name + part, name }] : [];
  });
  const free = (module: object) => !held.has(module);
  for (const { module, path, name } of names) if (name.isTop && free(module)) visit(module, path, null);
  for (const [module, path] of reached) if (isMadeModule(module) && free(module)) visit(module, path, null);
  for (const { module, path } of names) if (free(module)) visit(module, path, null);
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
 * Names of tensors: the path of the field of a module that holds it; else of a leaf the variable that held it first, and
 * of a result the one that held it last.
 */
export function nameTensors(
  run: Run,
  modules: ReadonlyMap<Module, NamedModule>,
  reached: ReadonlyMap<object, string> = reach(run.tape.variables),
) {
  const fields = new Map<Tensor, Field>();
  for (const { module, path } of modules.values()) {
    for (const [field, value] of fieldsOf(module)) {
      if (isMadeTensor(value) && !fields.has(value)) {
        fields.set(value, { owner: module, field, path: shortName(`${path}.${field}`) });
      }
    }
  }
  const variables = new Map<Tensor, string>();
  const passed = new Map<Tensor, string>();
  for (const { binding, tensor, part } of run.tape.bindings) {
    const name = run.sources.binding(binding);
    // What a tensor is called where it is passed on says less than the variable it came from.
    if (isVariable(name))
      (name.role === "parameter" ? passed : variables).set(tensor, shortName(name.name + part));
  }
  const nameOf = (x: Tensor) =>
    fields.get(x)?.path ??
    (x.isLeaf ? leafName(run, x, reached) : null) ??
    variables.get(x) ??
    passed.get(x) ??
    null;
  return { fields, nameOf };
}

/** What the top of a file calls a leaf, by a variable or by the way from one; else the first of its local names. */
function leafName({ tape, sources }: Run, x: Tensor, reached: ReadonlyMap<object, string>): string | null {
  const names = tape.leafNames.of(x).flatMap(({ binding, part }) => {
    const name = sources.binding(binding);
    return isVariable(name) && name.role !== "parameter" && name.role !== "element"
      ? [{ text: shortName(name.name + part), isTop: name.isTop }]
      : [];
  });
  return names.find(({ isTop }) => isTop)?.text ?? reached.get(x) ?? names[0]?.text ?? null;
}
