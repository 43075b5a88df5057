/** One text since it was traced: what was changed of it, and where its places are now. */
import {
  type ChangedPieces,
  compose,
  coveredBy,
  keepsPlaces,
  linesOf,
  locateIn,
  pieceBetween,
  type TextChange,
  type TextLines,
  type TextSpan,
  tellAll,
  trimAll,
} from "./pieces";

/** So many states are remembered of those that a larger change covered, for when it is undone. */
const MOST_COVERED = 8;

export class FollowedText {
  #pieces: ChangedPieces = [];
  /** What was known of the text before a change that made one piece of several. */
  #covered: ChangedPieces[] = [];
  readonly #traced: TextLines | null;

  /** `traced` is null when nobody knows what was traced: what is restored then counts as changed. */
  constructor(traced: string | null) {
    this.#traced = traced === null ? null : linesOf(traced);
  }

  /** Whether the text is another than the one that was traced; line ends do not count. */
  get differs(): boolean {
    return this.#pieces.length > 0;
  }

  /** Takes changes into account, each of which speaks of the text after the one before it; `now` is the text after all of them. */
  change(changes: readonly TextChange[], now: TextLines): void {
    const known = this.#pieces;
    let joined = 0;
    for (const change of changes) {
      const next = compose(this.#pieces, change);
      this.#pieces = next.pieces;
      joined = Math.max(joined, next.joined);
    }
    if (!this.#traced) return;
    this.#pieces = trimAll(this.#pieces, this.#traced, now);
    if (joined > 1) this.#covered = [known, ...this.#covered].slice(0, MOST_COVERED);
    this.#recall(this.#traced, now);
  }

  /** Takes over a text of which no change was seen. */
  compare(now: TextLines): void {
    if (this.#traced && !tellAll(this.#pieces, this.#traced, now))
      this.#pieces = pieceBetween(this.#traced, now);
    if (this.#traced) this.#recall(this.#traced, now);
  }

  /** Where a place of the traced text is now; null when its own text is another. */
  locate(place: TextSpan): TextSpan | null {
    return locateIn(this.#pieces, place);
  }

  /** The text may be one that was there already: nothing changed, or what it was before a larger change. */
  #recall(traced: TextLines, now: TextLines): void {
    // One piece alone, without what is the same in both, is a change.
    if (this.#pieces.length === 0 || (this.#pieces.length === 1 && this.#covered.length === 0)) return;
    const known = tellAll([], traced, now) ? [] : this.#pieces;
    const isFiner = (earlier: ChangedPieces) =>
      coveredBy(earlier, traced) < coveredBy(known, traced) &&
      tellAll(earlier, traced, now) &&
      // The same text may have come about in another way.
      keepsPlaces(earlier, known, traced);
    this.#pieces = this.#covered.find(isFiner) ?? known;
  }
}
