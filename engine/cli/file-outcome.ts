/** What became of the run or the check of a file. */
import type { Check, Failure, Finding, Ignored } from "../report/report";

/** What became of a run or a check: all that its reports are made from. */
export interface FileOutcome {
  readonly file: string;
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
  /** What comments in the files say not to tell. */
  readonly ignored?: readonly Ignored[] | undefined;
  /** Why there are no checks, or no more findings. */
  readonly failure: Failure | null;
  /** Wall clock, in milliseconds. */
  readonly tookMs: number;
}
