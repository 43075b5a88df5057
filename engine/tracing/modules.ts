/** All layers that a run shows, with what their fields hold. */
import type { Scope } from "../core/tape";
import type { Tensor } from "../core/tensor";
import { isMadeTensor } from "../core/tensor";
import type { Module } from "../nn/module";
import { isMadeModule } from "../nn/module-facts";
import { moduleFields } from "./module-fields";
import type { Run } from "./run";
import { standingIn } from "./standing";

/** A field that holds a tensor or a layer. */
export type HeldField = readonly [name: string, value: Tensor | Module];

/** What stands in variables, what was given a name, what was called; and what those hold, at any depth. */
export function modulesOf(run: Run): ReadonlyMap<Module, readonly HeldField[]> {
  const found = new Map<Module, readonly HeldField[]>();
  const queue: Module[] = [];
  const note = (value: object) => {
    if (isMadeModule(value)) queue.push(value);
  };
  for (const { value } of standingIn(run).values()) note(value);
  for (const { module } of run.tape.notes.modules.values()) note(module);
  for (const scope of callsOf(run)) note(scope.module);
  // The queue grows while it is read.
  for (const module of queue) {
    if (found.has(module)) continue;
    const fields = moduleFields(run.tape, module).filter(isHeld);
    found.set(module, fields);
    for (const [, value] of fields) note(value);
  }
  return found;
}

/** The calls of layers in which something ran, each after the one that made it. */
export function callsOf({ tape }: Run): Iterable<Scope> {
  const calls = new Set<Scope>();
  for (const { scope } of tape.nodes) {
    if (scope === null || calls.has(scope)) continue;
    const chain: Scope[] = [];
    for (let each: Scope | null = scope; each !== null && !calls.has(each); each = each.parent)
      chain.push(each);
    for (const each of chain.reverse()) calls.add(each);
  }
  return calls;
}

/** Tensors in fields of layers; weights also where a private field or an object of the layer holds them. */
export function tensorsIn(run: Run, modules: ReadonlyMap<Module, readonly HeldField[]>): ReadonlySet<Tensor> {
  const held = new Set<Tensor>();
  for (const fields of modules.values())
    for (const [, value] of fields) if (isMadeTensor(value)) held.add(value);
  for (const { value, owner } of standingIn(run).values())
    if (owner !== null && isMadeTensor(value) && value.isLeaf && value.requiresGrad) held.add(value);
  return held;
}

function isHeld(field: readonly [string, unknown]): field is HeldField {
  return isMadeTensor(field[1]) || isMadeModule(field[1]);
}
