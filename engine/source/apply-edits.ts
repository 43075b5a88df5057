/** Puts edits into a text. */
import type { Edit } from "../report/report";
import { Positions } from "./positions";

/** The text of `file` with its edits; those of other files are passed over. */
export function applyEdits(text: string, file: string, edits: readonly Edit[]): string {
  const positions = new Positions(text);
  const places = edits
    .filter(({ site }) => site.file === file)
    .map(({ site, newText }) => ({
      start: positions.offset(site.line, site.column),
      end: positions.offset(site.endLine, site.endColumn),
      newText,
    }));
  // From the end, so that the places in front stay where they are.
  const inTurn = places.toSorted((a, b) => b.start - a.start || b.end - a.end);
  return inTurn.reduce(
    (now, { start, end, newText }) => now.slice(0, start) + newText + now.slice(end),
    text,
  );
}
