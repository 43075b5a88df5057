/** What rules of the diagnosis look at: a report, the trace it was made from, and the values of its nodes. */
import type { Remedy } from "../report/remedy";
import type { Edit, Report } from "../report/report";
import type { ReadValues, Trace } from "../report/trace";
import type { Experiments } from "./experiments";

export interface Traced extends Omit<Report, "findings"> {
  readonly trace: Trace;
  readonly values: ReadValues;
  /** Null where the run is gone and only its trace is left. */
  readonly experiments: Experiments | null;
  /** Makes edits of remedies; null where the text is not at hand. What cannot be done safely gives null. */
  readonly rewrite: ((remedies: readonly Remedy[]) => readonly Edit[] | null) | null;
}
