/** Changes of a text that are collected: stretches and what comes in their place. */
import { Positions } from "../positions";
import type { SyntaxNode } from "../syntax-node";
import type { Range } from "../types";

/** A stretch of a text, and what it becomes. */
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

export class Puts {
  readonly #puts: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  readonly #positions: Positions;

  constructor(readonly text: string) {
    this.#positions = new Positions(text);
  }

  put(start: number, end: number, text: string): void {
    // Two changes may ask for the same import.
    const isThere = this.#puts.some((put) => put.start === start && put.end === end && put.text === text);
    if (!isThere) this.#puts.push({ start, end, text });
  }

  own({ start, end }: SyntaxNode): string {
    return this.text.slice(start, end);
  }

  /** In the order of the text; null when two of them are in each other's way. */
  edits(): TextEdit[] | null {
    const inOrder = this.#puts.toSorted((a, b) => a.start - b.start || a.end - b.end);
    const clash = inOrder.some((put, i) => i > 0 && put.start < (inOrder[i - 1]?.end ?? 0));
    if (clash) return null;
    return inOrder.map(({ start, end, text }) => ({
      range: this.#positions.range(start, end),
      newText: text,
    }));
  }
}
