/** The way back from compiled code, whose places stacks name, to the text that the person wrote. */
import type { Compiled } from "./types";

/**
 * The offset in the original text of an offset in the compiled code. Of a place that the person did not write,
 * inside a mark, it is the one where the text goes on.
 */
export function originalOffset({ kept }: Pick<Compiled, "kept">, offset: number): number {
  let low = 0;
  let high = kept.length / 3 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((kept[3 * middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const [start = 0, original = 0, length = 0, , next] = kept.slice(3 * low, 3 * low + 5);
  const inside = Math.max(0, offset - start);
  return inside < length ? original + inside : (next ?? original + length);
}
