/** Numbers that are equal for what looks alike: for the same line of a loop, and for blocks that are built alike. */
import { type Child, isGroup, type OpenGroup } from "./groups";
import type { Model, TapeColumns } from "./tape-columns";

export interface Tokens {
  /** Equal for operations of the same line, and for groups that are built alike. */
  inSequence(child: Child): number;
}

/** Texts as numbers, the same for the same. */
class Numbers {
  readonly #known = new Map<string, number>();

  of(text: string): number {
    const known = this.#known.get(text) ?? this.#known.size;
    this.#known.set(text, known);
    return known;
  }
}

/** Of groups whose children do not change any more. */
export function tokensOf({ nodes, scopes }: Model, tape: TapeColumns, groups: readonly OpenGroup[]): Tokens {
  const numbers = new Numbers();
  const structures = new Map<Child, number>();
  /** Shapes of weights tell blocks apart; those of what flows through do not, because it may grow from step to step. */
  const operation = (id: number): string => {
    const { start, list } = tape.inputs;
    let text = nodes[id]?.op ?? "";
    for (let at = start[id] ?? 0; at < (start[id + 1] ?? 0); at += 1) {
      const input = list[at] ?? 0;
      const isLeaf = (start[input + 1] ?? 0) === (start[input] ?? 0);
      if (isLeaf && (tape.scopes[input] ?? 0) > 0) text += `,${nodes[input]?.shape.join("x")}`;
    }
    return text;
  };
  const structure = (child: Child): number => {
    const known = structures.get(child);
    if (known !== undefined) return known;
    const group = isGroup(child) ? groups[~child] : undefined;
    const type = group?.kind === "layer" ? scopes[group.scope]?.type : group?.kind;
    const made = numbers.of(
      group ? `${type}(${group.times}|${group.children.map(structure).join()})` : operation(child),
    );
    structures.set(child, made);
    return made;
  };
  return {
    inSequence(child) {
      if (isGroup(child)) return structure(child);
      const site = nodes[child]?.site;
      return numbers.of(
        site ? `${nodes[child]?.op}@${site.file}:${site.line}:${site.column}` : operation(child),
      );
    },
  };
}
