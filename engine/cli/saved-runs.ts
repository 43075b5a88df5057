/** `gradlens trace` and `gradlens check` of a saved trace: what was saved is shown, and nothing runs. */
import { readFileSync, statSync } from "node:fs";
import { showCount, showTimes } from "../core/number-text";
import { dryRun } from "../precision/dry-run";
import { isFine } from "../report/checks";
import { showMoment } from "../report/moment";
import type { Site } from "../report/report";
import { savedAnswers } from "../report/saved-answers";
import { markOfText, type SavedTrace } from "../report/saved-trace";
import { FAILED, FINE, mistake, out, print, refuse, toJson, WRONG } from "./answer";
import type { Arguments } from "./arguments";
import { checksText } from "./check-text";
import { type ReadLine, readLine, showPath } from "./messages";
import { readSaved } from "./saved-file";
import { showRun } from "./show-run";
import { reportJson } from "./trace-json";
import { writeReports } from "./written-reports";

export async function runSaved(args: Arguments): Promise<number> {
  const saved = await readSaved(args.file);
  if ("failure" in saved) return refuse(saved.failure, args);
  return args.command === "trace" ? traceSaved(saved, args) : checkSaved(saved, args);
}

async function traceSaved(saved: SavedTrace, args: Arguments): Promise<number> {
  const { say, lines } = todayOf(saved, args);
  say();
  if (saved.leftOut > 0) note(`${showCount(saved.leftOut)} values were left out for their size`, args);
  const { report } = saved;
  const precision = args.precision && dryRun(report, saved.elements, args.precision);
  const asJson = () => reportJson(savedAnswers(saved).histograms, report, precision);
  return showRun({ report, precision, asJson }, args, lines);
}

function checkSaved(saved: SavedTrace, args: Arguments): number {
  const { report, checks, findings } = saved;
  if (checks.length === 0) {
    const what = `${showPath(args.file)} was saved without checks, and without its model it cannot be checked`;
    return refuse(mistake(what, `gradlens check ${showPath(report.file)} checks the model file`), args);
  }
  const { say, lines } = todayOf(saved, args);
  say();
  const all = [...report.findings, ...findings];
  const tookMs = checks.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (!writeReports({ file: report.file, checks, findings: all, failure: null, tookMs }, args)) return WRONG;
  if (args.json) print(toJson(checks));
  else if (!args.stdoutIsData) print(checksText({ checks, findings: all }, out, lines));
  return checks.every(isFine) ? FINE : FAILED;
}

/** Says of when a trace is, and what became of its files since; the lines of those that are others now are not shown. */
function todayOf({ savedAt, sources, report, checks }: SavedTrace, args: Arguments) {
  const what = args.command === "check" ? showTimes(checks.length, "check") : "Trace";
  const now = new Map(Object.keys(sources).map((file) => [file, kindNow(file, sources[file])]));
  const others = [...now].filter(([, kind]) => kind !== "same").map(([file, kind]) => [showPath(file), kind]);
  const lines: ReadLine = (site: Site) => (now.get(site.file) === "same" ? readLine(site) : null);
  const say = () => {
    note(`${what} saved on ${showMoment(savedAt)}; nothing runs now`, args);
    for (const [file, kind] of others) note(`${file} ${kind}`, args);
    if (Object.keys(sources).length === 0) note(`${showPath(report.file)} may be another now`, args);
  };
  return { say, lines };
}

/** Larger files hold no model. */
const MOST_BYTES = 2 ** 26;

function kindNow(file: string, mark: number | undefined): string {
  try {
    const stats = statSync(file);
    if (!stats.isFile() || stats.size > MOST_BYTES) return "is no model file any more";
    return markOfText(readFileSync(file, "utf8")) === mark ? "same" : "has changed since";
  } catch {
    return "is not there";
  }
}

/** Beside the data, where the standard output belongs to them. */
function note(text: string, { stdoutIsData }: Arguments): void {
  if (stdoutIsData) process.stderr.write(`${text}\n`);
  else print(out.dim(text));
}
