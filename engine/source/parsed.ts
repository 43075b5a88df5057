/** A model file as it was parsed. */
import type { Positions } from "./positions";
import type { SyntaxNode } from "./syntax-node";

/** A comment, `text` without its marks. */
export interface Comment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Parsed {
  readonly file: string;
  readonly text: string;
  readonly typescript: boolean;
  readonly positions: Positions;
  /** What every name begins with that is written into the text: it stands nowhere in it. */
  readonly mark: string;
  readonly program: SyntaxNode;
  /** Whether only sloppy CommonJS allows what stands in it. */
  readonly sloppy: boolean;
  /** Every node that runs, outer before inner. */
  readonly nodes: readonly SyntaxNode[];
  /** In the order in which they stand. */
  readonly comments: readonly Comment[];
}
