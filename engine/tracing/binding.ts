/** What instrumented code calls when a name of the model file is given a value. */

import { fieldOf, isOpaque } from "../core/observe";
import { activeTape, type Tape } from "../core/tape";
import { isMadeTensor } from "../core/tensor";
import { isMadeModule } from "../nn/module-facts";

/** Elements of a bound array that are remembered by name. */
const MAX_PARTS = 64;

/**
 * Notes that the binding `id` holds `value`, when that is a tensor, a layer, or an array of these, and a tape records.
 * @returns the value, unchanged
 */
export function bind<T>(id: number, value: T): T {
  const tape = activeTape();
  if (typeof value !== "object" || value === null || tape === null) return value;
  if (!bindOne(tape, id, value, "") && !isOpaque(value) && Array.isArray(value)) bindParts(tape, id, value);
  return value;
}

function bindOne(tape: Tape, id: number, value: unknown, part: string): boolean {
  if (isMadeTensor(value)) tape.notes.bind(id, value, part);
  else if (isMadeModule(value)) tape.notes.bindModule(id, value, part);
  else return false;
  return true;
}

/** An array that begins with a number or a text has no tensors in it. */
function bindParts(tape: Tape, id: number, values: readonly unknown[]): void {
  const count = Math.min(values.length, MAX_PARTS);
  for (let i = 0; i < count; i++) {
    const value = fieldOf(values, i);
    if (!bindOne(tape, id, value, `[${i}]`) && i === 0 && typeof value !== "object") return;
  }
}
