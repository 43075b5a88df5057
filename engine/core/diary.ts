/** The diary of a training loop: its optimisers, and what was done in which order. It stays small, however long the loop is. */
import { ParameterMoves } from "./parameter-moves";
import { currentSite } from "./sites";
import type { Tensor } from "./tensor";

export type ActKind = "backward" | "step" | "zeroGrad" | "clip" | "schedule" | "loss";

export interface Act {
  readonly kind: ActKind;
  /** What an optimiser did by itself. */
  readonly optimizer: NotedOptimizer | null;
  readonly site: number;
  readonly value: number;
}

/** Parameters of an optimiser that share its options. */
export type NotedGroup = { readonly params: readonly Tensor[] } & Readonly<Record<string, unknown>>;

/** An optimiser without its state, which may be large. */
export class NotedOptimizer {
  readonly site = currentSite();
  readonly moves = new ParameterMoves();
  steps = 0;
  clears = 0;

  constructor(
    readonly type: string,
    /** As they are now: they may be changed between steps. */
    readonly groups: readonly NotedGroup[],
  ) {}
}

const MAX_OPTIMIZERS = 16;
const MAX_FIRST = 64;
const MAX_LAST = 192;

export class Diary {
  readonly #known = new WeakMap<object, NotedOptimizer>();
  #optimizers: NotedOptimizer[] = [];
  readonly #first: Act[] = [];
  readonly #last: Act[] = [];
  #count = 0;

  /** The optimisers that were made last, in order. */
  get optimizers(): readonly NotedOptimizer[] {
    return this.#optimizers;
  }

  /** The first acts and the last ones. */
  get acts(): readonly Act[] {
    const turn = this.#count % MAX_LAST;
    return [...this.#first, ...this.#last.slice(turn), ...this.#last.slice(0, turn)];
  }

  /** An optimiser was constructed. */
  open(optimizer: object, type: string, groups: readonly NotedGroup[]): void {
    const noted = new NotedOptimizer(type, groups);
    this.#known.set(optimizer, noted);
    this.#optimizers.push(noted);
    if (this.#optimizers.length > MAX_OPTIMIZERS) this.#optimizers = this.#optimizers.slice(1);
  }

  note(kind: ActKind, value = 0, optimizer: NotedOptimizer | null = null): void {
    const act: Act = { kind, optimizer, site: currentSite(), value };
    if (this.#first.length < MAX_FIRST) this.#first.push(act);
    else this.#last[this.#count++ % MAX_LAST] = act;
  }

  /** An optimiser steps now; null for one that was made elsewhere. */
  step(optimizer: object): NotedOptimizer | null {
    const noted = this.#known.get(optimizer) ?? null;
    this.note("step", 0, noted);
    if (noted !== null) noted.steps++;
    return noted;
  }

  /** A schedule sets the rate of an optimiser to so much of the first one. */
  schedule(optimizer: object, share: number): void {
    this.note("schedule", share, this.#known.get(optimizer) ?? null);
  }

  /** An optimiser forgets the gradients of its parameters. */
  clear(optimizer: object): void {
    const noted = this.#known.get(optimizer) ?? null;
    this.note("zeroGrad", 0, noted);
    if (noted !== null) noted.clears++;
  }

  /** A layer forgets the gradients of its parameters, which may be those of optimisers. */
  clearAll(parameters: readonly Tensor[]): void {
    this.note("zeroGrad");
    const cleared = new Set(parameters);
    for (const noted of this.#optimizers)
      if (noted.groups.some(({ params }) => params.some((p) => cleared.has(p)))) noted.clears++;
  }
}
