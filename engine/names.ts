/** Names of layers and tensors, from the variables and fields that held them. */
import type { Module } from "./nn/module";
import { isMadeModule } from "./nn/module-facts";
import { silently } from "./observe";
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
export function nameModules(run: Run): Map<Module, NamedModule> {
  const bound = [...run.tape.modules.values()];
  const held = new Set<object>();
  for (const { module } of bound) holdAll(module, held);
  const named = new Map<Module, NamedModule>();
  const paths = new Set<string>();
  const visit = (module: Module, path: string, parent: Module | null) => {
    if (named.has(module)) return;
    const unique = distinct(path, paths);
    named.set(module, { module, path: unique, parent });
    for (const [name, child] of childrenOf(module)) visit(child, `${unique}.${name}`, module);
  };
  for (const { binding, module, part } of bound) {
    const name = run.sources.binding(binding);
    if (isMadeModule(module) && !held.has(module) && isVariable(name)) visit(module, name.name + part, null);
  }
  for (const node of run.tape.nodes) {
    for (const { module, parent } of scopesOf(node)) {
      if (!isMadeModule(module) || named.has(module)) continue;
      const owner = isMadeModule(parent) ? (named.get(parent) ?? null) : null;
      const type = module.constructor.name;
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
export function nameTensors(run: Run, modules: ReadonlyMap<Module, NamedModule>) {
  const fields = new Map<Tensor, Field>();
  for (const { module, path } of modules.values()) {
    for (const [field, value] of fieldsOf(module)) {
      if (isMadeTensor(value) && !fields.has(value)) {
        fields.set(value, { owner: module, field, path: `${path}.${field}` });
      }
    }
  }
  const variables = new Map<Tensor, string>();
  const passed = new Map<Tensor, string>();
  for (const { binding, tensor, part } of run.tape.bindings) {
    const name = run.sources.binding(binding);
    // What a tensor is called where it is passed on says less than the variable it came from.
    if (isVariable(name)) (name.role === "parameter" ? passed : variables).set(tensor, name.name + part);
  }
  const nameOf = (x: Tensor) =>
    fields.get(x)?.path ?? firstName(run, x) ?? variables.get(x) ?? passed.get(x) ?? null;
  return { fields, nameOf };
}

/** Before the local names of the function that makes it, a leaf has the name that the top of the file gives it. */
function firstName({ tape, sources }: Run, x: Tensor): string | null {
  const names = tape.leafNames.of(x).flatMap(({ binding, part }) => {
    const name = sources.binding(binding);
    return isVariable(name) && name.role !== "parameter"
      ? [{ text: name.name + part, isTop: name.isTop }]
      : [];
  });
  return (names.find(({ isTop }) => isTop) ?? names[0])?.text ?? null;
}
