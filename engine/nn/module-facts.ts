/** What is known of modules without standing in their fields, which belong to their authors. */
import { currentSite } from "../core/sites";
import { tapeInside } from "../core/tape";
import { prepareForward } from "./forward-calls";
import type { Module } from "./module";

const constructed = new WeakMap<object, number>();
const inside = new WeakSet<object>();

/** Names of the fields that hold buffers. */
export const buffers = new WeakMap<Module, readonly string[]>();

/** A module is being constructed. */
export function note(module: Module): void {
  constructed.set(module, currentSite());
  if (tapeInside() !== null) inside.add(module);
  prepareForward(module);
}

/** Whether a value is a module itself, and no proxy of one; asks nothing of it, so that no proxy and no getter hears of the question. */
export function isMadeModule(value: unknown): value is Module {
  return constructed.has(value as object);
}

/** Id of the call site that constructed the module; 0 when unknown. */
export function constructedAt(module: Module): number {
  return constructed.get(module) ?? 0;
}

/** Whether the module was constructed while the loss was computed, or while another module ran. */
export function isMadeInside(module: Module): boolean {
  return inside.has(module);
}

export function buffersOf(module: Module): readonly string[] {
  return buffers.get(module) ?? [];
}
