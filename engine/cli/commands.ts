/** `gradlens trace` and `gradlens check`: ask the engine process, print its answer, give the exit code. */
import type { OpenReport } from "../report/open-bytes";
import { isAtLeast } from "../report/severity";
import type { Engine } from "../runner/client";
import { complain, FAILED, FINE, out, print, refuse, WRONG } from "./answer";
import type { Arguments } from "./arguments";
import { checkByDifferences } from "./check-differences";
import { reportJson } from "./trace-json";
import { showReport } from "./trace-text";
import { limitsOf, withEngine } from "./with-engine";

export function runCommand(args: Arguments): Promise<number> {
  return withEngine(args, (engine) => perform(engine, args));
}

async function perform(engine: Engine, args: Arguments): Promise<number> {
  const { file, device, dtype, settings } = args;
  const seed = args.command === "trace" ? (settings.seed ?? 0) : 0;
  const traced = await engine.trace({ file, overlays: {}, device, dtype, seed, limits: limitsOf(args) });
  if (args.command === "trace")
    return "failure" in traced ? refuse(traced.failure, args) : show(engine, traced.report, args);
  if (args.against === null) return checkByDifferences(engine, traced, args);
  // Reading files of tensors needs most of the engine; nothing else here does.
  const { checkAgainst } = await import("./check-against");
  return checkAgainst(engine, traced, args);
}

async function show(engine: Engine, report: OpenReport, args: Arguments): Promise<number> {
  print(args.json ? await reportJson(engine, report) : showReport(report, out));
  if (report.failure) {
    if (!args.json) complain(report.failure);
    return WRONG;
  }
  const { failOn } = args;
  return failOn !== null && report.findings.some(({ severity }) => isAtLeast(severity, failOn))
    ? FAILED
    : FINE;
}
