/** Prints the report of a run, one of now or one that was saved, and gives the exit code. */
import type { Report } from "../report/report";
import { isAtLeast } from "../report/severity";
import { complain, FAILED, FINE, out, print, WRONG } from "./answer";
import type { Arguments } from "./arguments";
import { type ReadLine, readLine } from "./messages";
import { showReport } from "./trace-text";

/** @param asJson the report as `--json` prints it */
export async function showRun(
  report: Report,
  asJson: () => Promise<string>,
  { json, failOn }: Arguments,
  lines: ReadLine = readLine,
): Promise<number> {
  print(json ? await asJson() : showReport(report, out, lines));
  if (report.failure) {
    if (!json) complain(report.failure, lines);
    return WRONG;
  }
  return failOn !== null && report.findings.some(({ severity }) => isAtLeast(severity, failOn))
    ? FAILED
    : FINE;
}
