/** Random numbers of a model file's own generators, given again: such a generator keeps its state where nobody can set it back. */

import { fieldOf, isOpaque } from "../core/observe";
import { standIn } from "./stand-in";

type Draw = () => unknown;

/** What is given again while a function runs, and null at other times. */
let current: Draws | null = null;

/** The numbers that functions gave when they were first called. */
export class Draws {
  readonly #given = new Map<Draw, unknown[]>();
  readonly #taken = new Map<Draw, number>();

  /** Runs a function in which every generator starts with the numbers that it gave first. */
  again<T>(fn: () => T): T {
    const before = current;
    this.#taken.clear();
    current = this;
    try {
      return fn();
    } finally {
      current = before;
    }
  }

  next(draw: Draw, make: Draw): unknown {
    const given = this.#given.get(draw) ?? [];
    this.#given.set(draw, given);
    const at = this.#taken.get(draw) ?? 0;
    this.#taken.set(draw, at + 1);
    if (at >= given.length) given.push(make());
    return given[at];
  }
}

/** A function without parameters, so that what it gives can be given again; any other value as it is. */
export function draws<T>(value: T): T {
  if (typeof value !== "function" || isOpaque(value) || fieldOf(value, "length") !== 0 || isClass(value))
    return value;
  const draw = value as unknown as Draw;
  const again = standIn(draw, {
    apply(target, self, args: unknown[]) {
      const make = () => Reflect.apply(target, self, args) as unknown;
      return current === null || args.length > 0 ? make() : current.next(draw, make);
    },
  });
  return again as unknown as T;
}

/** Only the constructor of a class cannot be called: its `prototype` stays what it is. */
function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, "prototype")?.writable === false;
}
