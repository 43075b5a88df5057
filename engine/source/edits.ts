/** Texts to insert around stretches of a source, put in so that an outer one always encloses an inner one. */

/** Stands for the beginning of every name that is put into a text: no text can have it as a name of its own. */
export const own = "\0own\0";

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

export interface Edited {
  readonly code: string;
  /** For each stretch that was kept, in order: its offset in the code, its offset in the text, its length. */
  readonly kept: readonly number[];
}

export class Insertions {
  readonly #wraps: Wrap[] = [];
  readonly #replacements: Piece[] = [];

  /** @param mark what to write for `own` */
  constructor(readonly mark = "__gradlens") {}

  /** Puts texts around start..end; of two with the same range, the lower rank is the outer one. */
  wrap(start: number, end: number, prefix: string, suffix: string, rank = 0): void {
    this.#wraps.push({ start, end, prefix, suffix, rank });
  }

  /** Puts a text in the place of start..end; other edits inside are dropped. */
  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ at: start, text, next: end });
  }

  /** The text with all edits in it, and where the stretches that were kept have come to stand. */
  apply(text: string): Edited {
    const out: string[] = [];
    const kept: number[] = [];
    let length = 0;
    let from = 0;
    const put = (piece: string) => {
      if (piece === "") return;
      const part = piece.replaceAll(own, this.mark);
      // A name must not run into the word in front of it: `return(f)(x)`.
      const gap = /^[\w$]/.test(part) && /[\p{ID_Continue}$]$/u.test(out.at(-1) ?? "") ? " " : "";
      out.push(gap, part);
      length += gap.length + part.length;
    };
    const keep = (end: number) => {
      if (end <= from) return;
      kept.push(length, from, end - from);
      out.push(text.slice(from, end));
      length += end - from;
    };
    for (const piece of this.#pieces()) {
      // What stands inside a stretch that is taken out goes with it.
      if (piece.at < from) continue;
      keep(piece.at);
      put(piece.text);
      from = piece.next;
    }
    keep(text.length);
    return { code: out.join(""), kept };
  }

  #pieces(): Piece[] {
    const closes = this.#wraps.toSorted((a, b) => a.end - b.end || b.start - a.start || b.rank - a.rank);
    const opens = this.#wraps.toSorted((a, b) => a.start - b.start || b.end - a.end || a.rank - b.rank);
    return [
      ...closes.map(({ end, suffix }) => ({ at: end, text: suffix, next: end })),
      ...opens.map(({ start, prefix }) => ({ at: start, text: prefix, next: start })),
      ...this.#replacements.toSorted((a, b) => b.next - a.next),
    ]
      .filter((piece) => piece.text !== "" || piece.next !== piece.at)
      .sort((a, b) => a.at - b.at);
  }
}
