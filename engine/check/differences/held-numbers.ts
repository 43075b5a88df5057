/** Runs of a model in which numbers that are meant to leave the tape stay as they were. */

import { currentSite } from "../../core/sites";
import { reads } from "../../core/tensor";
import type { Site } from "../../report/report";
import type { Run } from "../../tracing/run";
import { intentAt } from "../judging/intent";

/** What `item()` gave in calls of which a comment says that they are meant. */
export class HeldNumbers {
  readonly #kept: number[] = [];
  readonly #comments = new Map<number, Site>();

  constructor(private readonly run: Run) {}

  /** The comments at the calls. */
  get comments(): readonly Site[] {
    return [...new Set(this.#comments.values())];
  }

  /** A run whose numbers are kept. */
  keep<T>(look: () => Promise<T>): Promise<T> {
    return this.#watch((value) => {
      this.#kept.push(value);
      return value;
    }, look);
  }

  /** A run that is given the kept numbers, in the order of the calls. */
  give<T>(look: () => Promise<T>): Promise<T> {
    let next = 0;
    return this.#watch((value) => this.#kept[next++] ?? value, look);
  }

  async #watch<T>(hold: (value: number) => number, look: () => Promise<T>): Promise<T> {
    reads.hold = (value) => {
      const site = currentSite();
      const comment = intentAt(this.run, this.run.sources.site(site));
      if (comment === null) return value;
      this.#comments.set(site, comment);
      return hold(value);
    };
    try {
      return await look();
    } finally {
      reads.hold = null;
    }
  }
}
