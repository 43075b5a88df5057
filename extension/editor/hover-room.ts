/** The room that a hover has: VS Code shows 250 pixels of it, and what is below has to be scrolled to. */

/** What of that is ours: TypeScript says below what the name is, in one line. */
const ours = 250 - 30;
/** A paragraph of one line, with the space above it. */
const line = 27;
/** A line of a table. */
const row = 23;
/** A table's head, and the space around the table. */
const head = 22 + 15;
/** The pictures below the head. */
const pictures = 36;

/** One that can be left out, with its importance: 1 stays longest. */
interface Ranked {
  readonly rank: number;
}

/** The rows of a table for which there is room beside so many lines of text, in their order. */
export function rowsThatFit<R extends Ranked>(rows: readonly R[], lines: number): R[] {
  const count = Math.max(1, Math.floor((ours - head - pictures - lines * line) / row));
  const chosen = new Set(rows.toSorted((a, b) => a.rank - b.rank).slice(0, count));
  return rows.filter((each) => chosen.has(each));
}

/** At most so many items, and how many are left out; the place of what says so counts. */
export function firstThatFit<T>(items: readonly T[], lines: number): { shown: readonly T[]; more: number } {
  const count = Math.floor((ours - head - lines * line) / row);
  if (items.length <= count) return { shown: items, more: 0 };
  return { shown: items.slice(0, count - 1), more: items.length - count + 1 };
}
