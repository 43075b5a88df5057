/** What rules of the diagnosis look at: a report, the trace it was made from, and the values of its nodes. */
import type { Remedy } from "../report/remedy";
import type { Edit, Report, Site } from "../report/report";
import { at, type ReadValues, type Trace } from "../report/trace";
import type { Experiments } from "./experiments";

export interface Traced extends Omit<Report, "findings"> {
  readonly trace: Trace;
  readonly values: ReadValues;
  /** Null where the run is gone and only its trace is left. */
  readonly experiments: Experiments | null;
  /** Makes edits of remedies; null where the text is not at hand. What cannot be done safely gives null. */
  readonly rewrite: ((remedies: readonly Remedy[]) => readonly Edit[] | null) | null;
}

/** The range of a source file in a row of the table of sites; null for none. */
export function siteInRow({ trace }: Traced, row: number | null): Site | null {
  if (row === null) return null;
  const { texts, tables } = trace;
  const { sites } = tables;
  return {
    file: texts[at(sites.file, row)] ?? "",
    line: at(sites.line, row),
    column: at(sites.column, row),
    endLine: at(sites.endLine, row),
    endColumn: at(sites.endColumn, row),
  };
}
