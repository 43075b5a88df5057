/** Collects the changes that are thought of. */
import type { SyntaxNode } from "../syntax-node";

export interface Change {
  /** What it changes. */
  readonly node: SyntaxNode;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The smaller, the likelier somebody wrote it this way by mistake. */
  readonly cost: number;
  /** Whether it adds up what was overwritten, and leaves each value as it is. */
  readonly isOperator: boolean;
}

/** Of a very long function not everything is thought of. */
const MOST = 20_000;

export class Found {
  readonly #changes: Change[] = [];

  /** @param least cost of the changes that are wanted @param most what costs as much or more is left out */
  constructor(
    readonly text: string,
    readonly least: number,
    readonly most: number,
  ) {}

  get changes(): readonly Change[] {
    return this.#changes;
  }

  put(node: SyntaxNode, cost: number, text: string, at: { start: number; end: number } = node): void {
    if (cost < this.least || cost >= this.most || this.#changes.length >= MOST) return;
    const { start, end } = at;
    if (this.text.slice(start, end) !== text)
      this.#changes.push({ node, start, end, text, cost, isOperator: node.operator === "=" });
  }

  own(node: SyntaxNode): string {
    return this.text.slice(node.start, node.end);
  }
}
