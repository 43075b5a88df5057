/** What a program wrote into the values of leaves: the last few writes of each. */
import { currentSite } from "./sites";
import type { Tensor } from "./tensor";

export interface LeafWrite {
  /** "init.normal", "fill", "element", … */
  readonly how: string;
  /** Id of the call, or a place in the text. */
  readonly at: number | string;
}

/** Writes that are kept of one leaf. */
const MAX_WRITES = 4;

export class LeafWrites {
  /** Held as long as the leaf itself: a training loop that makes new ones does not grow. */
  readonly #writes = new WeakMap<Tensor, LeafWrite[]>();
  /** Those since the last backward pass. */
  #recent = new WeakSet<LeafWrite>();
  #lastLeaf: Tensor | null = null;
  #lastAt: number | string = 0;

  /** @param at the call that runs when left out */
  note(leaf: Tensor, how: string, at: number | string = currentSite()): void {
    // A loop over elements writes at the same place again and again.
    if (leaf === this.#lastLeaf && at === this.#lastAt && at !== 0) return;
    this.#lastLeaf = leaf;
    this.#lastAt = at;
    const before = this.#writes.get(leaf) ?? [];
    const others = before.filter((each) => each.how !== how || each.at !== at);
    const write = { how, at };
    if (how !== "requiresGrad") this.#recent.add(write);
    this.#writes.set(leaf, [...others, write].slice(-MAX_WRITES));
  }

  /** The last one since the last backward pass. */
  recentOf(leaf: Tensor): LeafWrite | undefined {
    return this.of(leaf).findLast((write) => this.#recent.has(write));
  }

  /** Those since the last backward pass were a step: they say nothing of where the values came from. */
  dropRecent(leaf: Tensor): void {
    const before = this.#writes.get(leaf)?.filter((write) => !this.#recent.has(write));
    if (before !== undefined) this.#writes.set(leaf, before);
  }

  /** A backward pass is over. */
  closeStep(): void {
    this.#recent = new WeakSet();
    this.#lastLeaf = null;
  }

  /** In the order in which they last happened. */
  of(leaf: Tensor): readonly LeafWrite[] {
    return this.#writes.get(leaf) ?? [];
  }
}
