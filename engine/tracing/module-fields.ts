/** The fields of layers, read once for a run: looking into a large model takes a while. */
import { silently } from "../core/observe";
import type { Module } from "../nn/module";

type Fields = readonly (readonly [name: string, value: unknown])[];

const known = new WeakMap<object, Map<Module, Fields>>();

/** @param tape of the run, which is over: its layers do not change any more */
export function moduleFields(tape: object, module: Module): Fields {
  const before = known.get(tape) ?? new Map<Module, Fields>();
  known.set(tape, before);
  const fields = before.get(module) ?? silently(() => [...module.namedFields()]);
  before.set(module, fields);
  return fields;
}
