/** Parameters, data and constants: few of them are boxes of their own, the others are noted in what takes them. */
import type { Model, TapeColumns } from "./tape-columns";

/** With more of them than this, all are noted. */
const mostBoxes = 24;

/**
 * Leaves that are boxes: what the program itself made and named, such as data and the weights of a network without layers.
 * Weights of layers, numbers in the text and what has no name of its own are noted where they are used.
 */
export function leafBoxes({ nodes }: Model, tape: TapeColumns): number[] {
  const named = new Map<string, number>();
  const found: { readonly id: number; readonly name: string }[] = [];
  for (const { id, name, kind, requiresGrad } of nodes) {
    if (isMade(tape, id) || (tape.scopes[id] ?? 0) > 0 || name === null) continue;
    const isUsed = (tape.users.start[id + 1] ?? 0) > (tape.users.start[id] ?? 0);
    if (!isUsed && kind !== "parameter" && !requiresGrad) continue;
    named.set(name, (named.get(name) ?? 0) + 1);
    found.push({ id, name });
  }
  const own = found.filter(({ name }) => named.get(name) === 1);
  return own.length > mostBoxes ? [] : own.map(({ id }) => id);
}

/** Parameters that no operation takes: they get no gradient, which is why they are shown. */
export function unusedParameters({ nodes }: Model, tape: TapeColumns): number[] {
  return nodes
    .filter(({ id, kind }) => kind === "parameter" && tape.users.start[id + 1] === tape.users.start[id])
    .map(({ id }) => id)
    .slice(0, mostBoxes);
}

export function isMade({ inputs }: TapeColumns, id: number): boolean {
  return (inputs.start[id + 1] ?? 0) > (inputs.start[id] ?? 0);
}
