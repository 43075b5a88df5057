/** What became of the check of a file. */
import type { Check, Failure, Finding } from "../report/report";

/** What became of a check: all that its reports are made from. */
export interface FileOutcome {
  readonly file: string;
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
  /** Why there are no checks. */
  readonly failure: Failure | null;
  /** Wall clock of the check, in milliseconds. */
  readonly tookMs: number;
}
