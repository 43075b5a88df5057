/** What the operations of a sweep hand back to tensors that have several uses: of the others their gradient says it. */
import type { Node } from "./node";
import { normOf } from "./norm-of";
import type { Tensor } from "./tensor";

interface FirstPart {
  readonly node: Node;
  readonly position: number;
  readonly part: Tensor;
}

/** Of runs with more operations nothing is noted: a trace does not hold them all. */
const MOST_NOTED = 500_000;

export class HandedNorms {
  /** For a sweep over what a tape recorded; null where nobody will ask. */
  static for(tape: { readonly count: number } | null): HandedNorms | null {
    return tape === null || tape.count > MOST_NOTED ? null : new HandedNorms();
  }

  /** The parts that are the only ones so far; null for tensors with several. */
  readonly #first = new Map<Tensor, FirstPart | null>();
  readonly #norms = new Map<Node, Map<number, number>>();

  /** Notes that `node` hands `part` back to its input at `position`; the part is looked at when a second one comes. */
  note(node: Node, position: number, input: Tensor, part: Tensor): void {
    const first = this.#first.get(input);
    if (first === undefined) {
      this.#first.set(input, { node, position, part });
      return;
    }
    if (first !== null) {
      this.#keep(first);
      this.#first.set(input, null);
    }
    this.#keep({ node, position, part });
  }

  /** Euclidean norm of what was handed back there; null where that was not noted. */
  of(node: Node, position: number): number | null {
    return this.#norms.get(node)?.get(position) ?? null;
  }

  #keep({ node, position, part }: FirstPart): void {
    const norms = this.#norms.get(node) ?? new Map<number, number>();
    norms.set(position, normOf(part.data));
    this.#norms.set(node, norms);
  }
}
