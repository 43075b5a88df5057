/** Texts to insert around stretches of a source, put in so that an outer one always encloses an inner one. */

interface Wrap {
  readonly start: number;
  readonly end: number;
  readonly prefix: string;
  readonly suffix: string;
  readonly rank: number;
}

interface Piece {
  readonly at: number;
  readonly text: string;
  /** Where the source goes on. */
  readonly next: number;
}

export class Edits {
  readonly #wraps: Wrap[] = [];
  readonly #replacements: Piece[] = [];

  /** Puts texts around start..end; of two with the same range, the lower rank is the outer one. */
  wrap(start: number, end: number, prefix: string, suffix: string, rank = 0): void {
    this.#wraps.push({ start, end, prefix, suffix, rank });
  }

  /** Puts a text in the place of start..end, inside which nothing else may be edited. */
  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ at: start, text, next: end });
  }

  /** The text with all edits in it. */
  apply(text: string): string {
    let out = "";
    let from = 0;
    for (const piece of this.#pieces()) {
      if (piece.at > from) out += text.slice(from, piece.at);
      const glued = /^[\w$]/.test(piece.text) && /[\p{ID_Continue}$]$/u.test(out.slice(-2));
      out += glued ? ` ${piece.text}` : piece.text;
      from = Math.max(from, piece.next);
    }
    return out + text.slice(from);
  }

  #pieces(): Piece[] {
    const closes = this.#wraps.toSorted((a, b) => a.end - b.end || b.start - a.start || b.rank - a.rank);
    const opens = this.#wraps.toSorted((a, b) => a.start - b.start || b.end - a.end || a.rank - b.rank);
    return [
      ...closes.map(({ end, suffix }) => ({ at: end, text: suffix, next: end })),
      ...opens.map(({ start, prefix }) => ({ at: start, text: prefix, next: start })),
      ...this.#replacements,
    ]
      .filter((piece) => piece.text !== "" || piece.next !== piece.at)
      .sort((a, b) => a.at - b.at);
  }
}
