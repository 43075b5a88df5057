/** From a place in compiled code, as stacks name it, to the place in the text that the person wrote. */
import type { Site } from "../report";
import { originalOffset } from "../source";
import { type ModelSource, siteAt } from "./model-sources";

const word = /[\p{ID_Continue}$]+/uy;

/** The call at a place, else the word. */
export function originalSite(source: ModelSource, line: number, column: number): Site {
  const at = originalOffset(source, startOfLine(source.code, line) + column - 1);
  const before = source.text.slice(0, at).split(/\r\n|\n|\r/);
  const original = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const { file } = source;
  return (
    siteStartingAt(source, original.line, original.column) ??
    wordSite(file, original.line, original.column, lineOf(source.text, original.line))
  );
}

function startOfLine(code: string, line: number): number {
  const breaks = /\r\n|\n|\r/g;
  for (let row = 1; row < line && breaks.exec(code); ) row++;
  return line > 1 ? breaks.lastIndex : 0;
}

/** A line without the space around it. */
export function wholeLine({ file, text }: ModelSource, line: number): Site {
  const shown = lineOf(text, line);
  const column = shown.length - shown.trimStart().length + 1;
  return { file, line, column, endLine: line, endColumn: Math.max(column + 1, shown.trimEnd().length + 1) };
}

function lineOf(text: string, line: number): string {
  return text.split(/\r\n|\n|\r/, line)[line - 1] ?? "";
}

function wordAt(text: string, offset: number): string | null {
  word.lastIndex = offset;
  return word.exec(text)?.[0] ?? null;
}

/** The call that begins at a place, or whose name does. */
function siteStartingAt({ file, analysis }: ModelSource, line: number, column: number): Site | null {
  const isAt = (range: { line: number; column: number }) => range.line === line && range.column === column;
  const found =
    analysis.sites.find((each) => isAt(each.focus)) ?? analysis.sites.find((each) => isAt(each.range));
  return found ? siteAt(file, found.range) : null;
}

function wordSite(file: string, line: number, column: number, text: string): Site {
  const length = wordAt(text, column - 1)?.length ?? 1;
  return { file, line, column, endLine: line, endColumn: column + length };
}
