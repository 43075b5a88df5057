/** From a place in compiled code, as stacks name it, to the place in the text that the person wrote. */
import type { Site } from "../report/report";
import { originalOffset, Positions } from "../source";
import { type ModelSource, siteAt } from "./model-sources";

const word = /[\p{ID_Continue}$]+/uy;

export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Where lines begin: a model may ask for many stacks. */
const linesOf = new WeakMap<ModelSource, { readonly code: Positions; readonly text: Positions }>();

/** The place in the text of one in the compiled code. */
export function originalPlace(source: ModelSource, line: number, column: number): TextPlace {
  const lines = linesOf.get(source) ?? {
    code: new Positions(source.code),
    text: new Positions(source.text),
  };
  linesOf.set(source, lines);
  const at = originalOffset(source, lines.code.offset(line, column));
  return lines.text.range(at, at);
}

/** The call at a place of the text, else the word. */
export function siteAtPlace(source: ModelSource, { line, column }: TextPlace): Site {
  return (
    siteStartingAt(source, line, column) ?? wordSite(source.file, line, column, lineOf(source.text, line))
  );
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
