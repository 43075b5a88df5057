/** Prints the report of a run, one of now or one that was saved, and gives the exit code. */
import { isFailed } from "../report/questions";
import type { Report } from "../report/report";
import type { Answered } from "../report/requests";
import { isAtLeast } from "../report/severity";
import { complain, FAILED, FINE, mistake, out, print, WRONG } from "./answer";
import type { Arguments } from "./arguments";
import { type ReadLine, readLine } from "./messages";
import { precisionText } from "./precision-text";
import { showReport } from "./trace-text";
import { writeReports } from "./written-reports";

/** A run with what was asked about it. */
interface Shown {
  readonly report: Report;
  /** Its gradients in fewer bits; null: not asked for. */
  readonly precision: Answered<"precision"> | null;
  /** The report as `--json` prints it. */
  asJson(): Promise<string>;
}

export async function showRun(
  { report, precision, asJson }: Shown,
  args: Arguments,
  lines: ReadLine = readLine,
): Promise<number> {
  const { json, failOn } = args;
  const { file, findings, ignored, failure, durationMs } = report;
  if (!writeReports({ file, checks: [], findings, ignored, failure, tookMs: durationMs }, args)) return WRONG;
  if (json) print(await asJson());
  else if (!args.stdoutIsData) {
    print(showReport(report, out, lines));
    if (precision !== null && !isFailed(precision)) print(`\n${precisionText(precision, out)}`);
  }
  if (report.failure) {
    if (!json) complain(report.failure, lines);
    return WRONG;
  }
  if (failOn !== null && report.isUndiagnosed) {
    complain(
      mistake(
        "This trace was saved without its diagnosis: --fail-on has nothing to go by",
        "trace the model file",
      ),
    );
    return WRONG;
  }
  return failOn !== null && report.findings.some(({ severity }) => isAtLeast(severity, failOn))
    ? FAILED
    : FINE;
}
