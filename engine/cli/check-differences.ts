/** `gradlens check FILE`: the gradient check, as a table, JSON, SARIF and JUnit. */

import { isFine } from "../report/checks";
import type { TraceResult } from "../report/questions";
import type { Failure, Report } from "../report/report";
import type { Engine } from "../runner/client";
import { FAILED, FINE, mistake, out, print, refuse, toJson, WRONG } from "./answer";
import type { Arguments } from "./arguments";
import { checksText, moreTime } from "./check-text";
import type { FileOutcome } from "./file-outcome";
import { progressOn } from "./progress";
import { saveRun } from "./saved-file";
import { writeReports } from "./written-reports";

export async function checkByDifferences(
  engine: Engine,
  traced: TraceResult,
  args: Arguments,
): Promise<number> {
  const outcome = await ask(engine, traced, args);
  if (!writeReports(outcome, args)) return WRONG;
  if (outcome.failure) return refuse(outcome.failure, args);
  if (args.json) print(toJson(outcome.checks));
  else if (!args.stdoutIsData) print(checksText(outcome, out) + moreTime(outcome, args.settings));
  const ran = "report" in traced ? traced.report.findings.length : 0;
  const checked = { checks: outcome.checks, findings: outcome.findings.slice(ran) };
  if (!(await saveRun(engine, args, checked))) return WRONG;
  return outcome.checks.every(isFine) ? FINE : FAILED;
}

async function ask(
  engine: Engine,
  traced: TraceResult,
  { file, target, settings }: Arguments,
): Promise<FileOutcome> {
  const nothing = { file, checks: [], findings: [], tookMs: 0 };
  if ("failure" in traced) return { ...nothing, failure: traced.failure };
  const { findings, failure } = traced.report;
  if (failure) return { ...nothing, findings, failure };
  const progress = progressOn(process.stderr);
  const from = performance.now();
  const result = await engine.check({ target, settings }, progress);
  progress.end();
  if ("failure" in result) return { ...nothing, findings, failure: result.failure };
  if (result.checks.length === 0)
    return { ...nothing, findings, failure: nothingToCheck(target, traced.report) };
  const tookMs = performance.now() - from;
  return { file, checks: result.checks, findings: [...findings, ...result.findings], failure: null, tookMs };
}

function nothingToCheck(target: Arguments["target"], { scopes }: Report): Failure {
  const paths = scopes.map(({ path }) => path).filter((path) => path !== "");
  const named =
    target.kind === "path"
      ? ` called "${target.path}"`
      : target.kind === "line"
        ? ` at line ${target.line}`
        : "";
  const hint =
    paths.length > 0
      ? `there is ${paths.slice(0, 12).join(", ")}`
      : "a parameter is a tensor that requires a gradient";
  return mistake(`There is nothing to check${named}`, hint);
}
