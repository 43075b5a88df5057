/** Turns offsets of a text into the lines and columns that an editor shows. */
import type { Range } from "./types";

export class Positions {
  readonly #starts: number[] = [0];

  constructor(readonly text: string) {
    const breaks = /\r\n|\n|\r/g;
    for (let found = breaks.exec(text); found; found = breaks.exec(text)) this.#starts.push(breaks.lastIndex);
  }

  /** The range from one offset to another, the end exclusive. */
  range(start: number, end: number): Range {
    const [line, column] = this.#at(start);
    const [endLine, endColumn] = this.#at(end);
    return { line, column, endLine, endColumn };
  }

  /** The offset of a line and a column as V8 counts them. */
  offset(line: number, column: number): number {
    return (this.#starts[line - 1] ?? this.text.length) + column - 1;
  }

  #at(offset: number): [line: number, column: number] {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    // An editor does not show the mark at the head of a file that tells its encoding.
    const hidden = low === 0 && offset > 0 && this.text.startsWith("\uFEFF") ? 1 : 0;
    return [low + 1, offset - (this.#starts[low] ?? 0) + 1 - hidden];
  }
}
