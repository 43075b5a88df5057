/** What instrumented code calls when its text reads or writes `data` of something, which may be a tensor. */
import { activeTape, isQuiet, tapeInside } from "../core/tape";
import { isMadeTensor } from "../core/tensor";

/** @returns the value, unchanged */
export function readsData<T>(place: string, value: T): T {
  const tape = tapeInside();
  if (tape !== null && isMadeTensor(value) && value.requiresGrad && !value.isForgotten)
    tape.notes.taken.read(value, place);
  return value;
}

/** @returns the value, unchanged */
export function writesData<T>(how: string, place: string, value: T): T {
  if (isMadeTensor(value) && value.node === null && !isQuiet())
    activeTape()?.notes.writes.note(value, how, place);
  return value;
}
