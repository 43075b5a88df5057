/** What instrumented code calls when a name of the model file is given a value. */

import { isHandWritten } from "./nn/hand-written";
import { isModule } from "./nn/module";
import { activeTape, type Tape } from "./tape";
import { isTensor } from "./tensor";

/** Elements of a bound array that are remembered by name. */
const MAX_PARTS = 64;

/**
 * Notes that the binding `id` holds `value`, when that is a tensor, a layer, or an array of these, and a tape records.
 * @returns the value, unchanged
 */
export function bind<T>(id: number, value: T): T {
  const tape = activeTape();
  if (typeof value !== "object" || value === null || tape === null) return value;
  if (Array.isArray(value)) bindParts(tape, id, value);
  else bindOne(tape, id, value, "");
  return value;
}

function bindOne(tape: Tape, id: number, value: unknown, part: string): boolean {
  if (isTensor(value)) tape.bind(id, value, part);
  else if (isModule(value)) tape.bindModule(id, value, part);
  else return isHandWritten(value);
  return true;
}

function bindParts(tape: Tape, id: number, values: readonly unknown[]): void {
  const count = Math.min(values.length, MAX_PARTS);
  for (let i = 0; i < count; i++) {
    if (!bindOne(tape, id, values[i], `[${i}]`) && i === 0) return;
  }
}
