/** From a place in compiled code, as stacks name it, to the place in the text that the person wrote. */
import type { Site } from "../report";
import { type ModelSource, siteAt } from "./model-sources";

const marks =
  /__gradlens\.(?:leave\(__gradlens\.enter\(\d+\), |bind\(\d+, |resume\(__gradlens\.suspend\(\), |enter\(\d+\))/g;
const word = /[\p{ID_Continue}$]+/uy;

/**
 * The call at a place, else the word, else the line. Compiled code keeps lines; columns are found again by counting
 * the same word in the line.
 */
export function originalSite(source: ModelSource, line: number, column: number): Site {
  const original = lineOf(source.text, line);
  const compiled = lineOf(source.code, line).replace(marks, (mark) => "\0".repeat(mark.length));
  const at = originalColumn(original, compiled, column);
  const site = at === null ? null : siteStartingAt(source, line, at);
  if (site) return site;
  return at === null ? wholeLine(source, line) : wordSite(source.file, line, at, original);
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

function originalColumn(original: string, compiled: string, column: number): number | null {
  const found = wordAt(compiled, column - 1);
  if (!found) return null;
  const before = placesOf(found, compiled);
  const after = placesOf(found, original);
  const index = before.indexOf(column - 1);
  if (index < 0) return null;
  // Types are erased from the compiled line, most often behind the values: then counting from the end is right.
  const same = after[before.length === after.length ? index : index - before.length + after.length];
  return same === undefined ? null : same + 1;
}

function wordAt(text: string, offset: number): string | null {
  word.lastIndex = offset;
  return word.exec(text)?.[0] ?? null;
}

function placesOf(sought: string, text: string): number[] {
  return [...text.matchAll(/[\p{ID_Continue}$]+/gu)]
    .filter(([found]) => found === sought)
    .map(({ index }) => index);
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
