/** The text that a range covers, cut out by lines and columns as an editor does. */
import type { Range } from "../../engine/source";

export function textAt(text: string, { line, column, endLine, endColumn }: Range): string {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const inside = lines.slice(line - 1, endLine);
  const last = inside.pop() ?? "";
  const cut = [...inside, last.slice(0, endColumn - 1)].join("");
  return cut.slice(column - 1);
}
