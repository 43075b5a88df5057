/** Values that a program took out of the graph while it computed: by `item()`, `toArray()`, `data`, or a copy. */
import type { Tensor } from "./tensor";

/** How values were taken. */
export type TakenBy = "item" | "toArray" | "data" | "copy";

export interface Taken {
  readonly from: Tensor;
  readonly how: TakenBy;
  /** Id of the call, or a place in the text. */
  readonly at: number | string;
  /** What was made of the values, as far as that is known. */
  readonly to: Tensor | null;
}

/** Places that are kept of one step. */
const MAX_PLACES = 128;

export class TakenValues {
  #finished: ReadonlyMap<number | string, Taken> = new Map();
  #open = new Map<number | string, Taken>();
  /** Whose values an array holds. */
  readonly #owners = new WeakMap<object, { readonly from: Tensor; readonly at: number | string }>();

  #lastRead: Tensor | null = null;
  #lastAt = "";

  /** Those of the last finished step, then those since: one for each place. */
  get list(): readonly Taken[] {
    return [...this.#finished.values(), ...this.#open.values()];
  }

  note(taken: Taken): void {
    const known = this.#open.get(taken.at);
    // What is known to go on in another tensor tells more.
    if (known === undefined ? this.#open.size < MAX_PLACES : taken.to !== null || known.to === null)
      this.#open.set(taken.at, taken);
  }

  /** `data` of a tensor was read. */
  read(from: Tensor, at: string): void {
    // A loop over elements reads at the same place again and again.
    if (from === this.#lastRead && at === this.#lastAt) return;
    this.#lastRead = from;
    this.#lastAt = at;
    this.note({ from, how: "data", at, to: null });
    this.#owners.set(from.data, { from, at });
  }

  /** A tensor was made of an array. */
  made(to: Tensor, of: object): void {
    const owner = this.#owners.get(of);
    if (owner !== undefined) this.note({ ...owner, how: "data", to });
  }

  /** A backward pass ended a step: what was taken in the step before is forgotten with its tensors. */
  closeStep(): void {
    this.#finished = this.#open;
    this.#open = new Map();
    this.#lastRead = null;
  }
}
