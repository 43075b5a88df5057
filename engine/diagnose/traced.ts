/** What rules of the diagnosis look at: a report, the trace it was made from, and the values of its nodes. */
import type { Precision } from "../report/precision";
import type { Remedy } from "../report/remedy";
import type { Edit, Report, Site } from "../report/report";
import { at, type ReadValues, type Trace } from "../report/trace";
import type { OtherValues, Repeated } from "./experiments";

export interface Traced extends Omit<Report, "findings"> {
  readonly trace: Trace;
  readonly values: ReadValues;
  /** The number format that a person asked about; null: none. */
  readonly precision: Precision | null;
  /** Null where the run is gone and only its trace is left. */
  readonly experiments: Experiments | null;
  /** Makes edits of remedies; null where the text is not at hand. What cannot be done safely gives null. */
  readonly rewrite: ((remedies: readonly Remedy[]) => readonly Edit[] | null) | null;
}

/** What can be tried with a run that is still at hand. */
export interface Experiments {
  /**
   * Computes what lies behind the loss again, with other values of leaves, in the run's own element types. Draws, such as
   * the masks of dropout, stay as they were.
   * @param leaves values by node; those of an operation's result stand in the place of what it gives
   * @returns null when the time for experiments is used up or an operation cannot run again
   */
  repeat(leaves: OtherValues, options?: { readonly gradients?: boolean }): Repeated | null;
  /** The run as it would have been, as rules look at it: with experiments of its own, in the same time. Null as above. */
  suppose(leaves: OtherValues): Omit<Traced, "precision"> | null;
  /** Whether the time for experiments is over: then a rule that says nothing may only have had no time to look. */
  isUsedUp(): boolean;
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
