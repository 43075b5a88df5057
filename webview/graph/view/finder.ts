/** What a search found, and which of it is shown: also what is inside of closed groups. */
import type { Report } from "../../../engine/report/report";
import type { BoxGraph, GraphModel } from "../model/boxes";
import { searchNodes } from "../model/search";

export class Finder {
  #query = "";
  #found: readonly number[] | null = null;
  #at = -1;

  /** Another text, or another report. */
  search(report: Report, query: string) {
    if (query !== this.#query) this.#at = -1;
    this.#query = query;
    this.#found = searchNodes(report, query);
    this.#at = Math.min(this.#at, (this.#found?.length ?? 0) - 1);
  }

  get query(): string {
    return this.#query;
  }

  /** Goes on to the next tensor, or back; null when there is none. */
  next(isBackwards: boolean): number | null {
    const count = this.#found?.length ?? 0;
    if (count === 0) return null;
    this.#at = this.#at < 0 && isBackwards ? count - 1 : (this.#at + (isBackwards ? -1 : 1) + count) % count;
    return this.#found?.[this.#at] ?? null;
  }

  /** Boxes with something that was found; null without a search. */
  boxes({ boxOf }: BoxGraph): ReadonlySet<number> | null {
    return this.#found && new Set(this.#found.map((node) => boxOf[node] ?? -1));
  }

  /** "2 of 4", "4 found, 3 of them in closed boxes" */
  said({ boxOf, boxes }: BoxGraph, { tree }: GraphModel): string {
    if (this.#found === null) return "";
    const count = this.#found.length;
    if (this.#at >= 0) return `${this.#at + 1} of ${count}`;
    const closed = this.#found.filter((node) => {
      const box = boxes[boxOf[node] ?? -1];
      return box !== undefined && box.group >= 0 && tree.homes[node] !== -1;
    }).length;
    return closed === 0
      ? `${count} found`
      : `${count} found, ${closed === count ? "all" : closed} in closed boxes`;
  }
}
