/** Places in the text as marks tell them: `file:line:column:endLine:endColumn:uses:kind`. */
import type { Site } from "../../../report/report";

export interface PlaceInText {
  readonly site: Site;
  /** How often the function around it is named in the file: one that serves several callers is seldom at fault alone. */
  readonly uses: number;
  /** Whether a variable of its own gets the value, which may be a size or an index. */
  readonly isVariable: boolean;
  /** Whether an element gets it, which may be the wrong one. */
  readonly isElement: boolean;
  /** Whether it is taken away from what was there. */
  readonly isTakenAway: boolean;
}

const known = new Map<string, PlaceInText>();

export function readPlace(place: string): PlaceInText {
  const before = known.get(place);
  if (before !== undefined) return before;
  const [, file = "", ...rest] = /^(.*):(\d+):(\d+):(\d+):(\d+):(\d+):(\w)$/s.exec(place) ?? [];
  const [line = 0, column = 0, endLine = 0, endColumn = 0, uses = 0] = rest.map(Number);
  const found = {
    site: { file, line, column, endLine, endColumn },
    uses,
    isVariable: rest.at(-1)?.toLowerCase() === "v",
    isElement: rest.at(-1)?.toLowerCase() === "e",
    isTakenAway: /[A-Z]/.test(rest.at(-1) ?? ""),
  };
  known.set(place, found);
  return found;
}
