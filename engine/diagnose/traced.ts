/** What rules of the diagnosis look at: a report, the trace it was made from, and the values of its nodes. */
import type { Report, Site } from "../report/report";
import { at, type ReadValues, rowAt, type Trace } from "../report/trace";
import type { Experiments } from "./experiments";

export interface Traced extends Omit<Report, "findings"> {
  readonly trace: Trace;
  readonly values: ReadValues;
  /** Null where the run is gone and only its trace is left. */
  readonly experiments: Experiments | null;
}

/** Where the name of the function stands that a node's line calls, if another one may stand there instead. */
export function calleeOf({ trace }: Traced, node: number): Site | null {
  const { texts, tables } = trace;
  const { sites } = tables;
  const call = rowAt(tables.nodes.site, node);
  const row = call === null ? null : rowAt(sites.callee, call);
  if (row === null) return null;
  return {
    file: texts[at(sites.file, row)] ?? "",
    line: at(sites.line, row),
    column: at(sites.column, row),
    endLine: at(sites.endLine, row),
    endColumn: at(sites.endColumn, row),
  };
}
