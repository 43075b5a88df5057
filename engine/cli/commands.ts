/** `gradlens trace` and `gradlens check`: ask the engine process, print its answer, give the exit code. */
import type { Engine } from "../runner/client";
import { mistake, refuse, WRONG } from "./answer";
import { isSavedPath } from "./argument-values";
import type { Arguments } from "./arguments";
import { checkByDifferences } from "./check-differences";
import { runFix } from "./fix";
import { saveRun } from "./saved-file";
import { runSaved } from "./saved-runs";
import { showRun } from "./show-run";
import { reportJson } from "./trace-json";
import { withOffers } from "./tried-fixes";
import { limitsOf, withEngine } from "./with-engine";
import { writeReports } from "./written-reports";

export async function runCommand(args: Arguments): Promise<number> {
  if (isSavedPath(args.file))
    return args.command === "fix" ? refuse(mistake(onlyModels), args) : runSaved(args);
  const wrong = await wrongLimit(args);
  if (wrong !== null) return refuse(mistake(wrong), args);
  return withEngine(args, (engine) => perform(engine, args));
}

const onlyModels = "fix is for model files: of a saved trace nothing runs";

/** A limit or a rule that there is not; null when there is none. */
async function wrongLimit({ diagnosis: { limits = {} } }: Arguments): Promise<string | null> {
  if (Object.keys(limits).length === 0) return null;
  // The rules need most of the engine, which runs in a process of its own.
  const { wrongOwnLimits } = await import("../diagnose");
  return wrongOwnLimits(limits)[0] ?? null;
}

async function perform(engine: Engine, args: Arguments): Promise<number> {
  if (args.command === "fix") return runFix(engine, args);
  const { file, device, dtype, settings, diagnosis } = args;
  const seed = args.command === "trace" ? (settings.seed ?? 0) : 0;
  const params = { file, overlays: {}, device, dtype, seed, diagnosis, limits: limitsOf(args) };
  const traced = await engine.trace(params);
  if (args.command === "trace") {
    if ("failure" in traced) {
      const outcome = { file, checks: [], findings: [], failure: traced.failure, tookMs: 0 };
      return writeReports(outcome, args) ? refuse(traced.failure, args) : WRONG;
    }
    const report = { ...traced.report, findings: await withOffers(args, params, traced.report) };
    const precision = args.precision && (await engine.ask("precision", { precision: args.precision }));
    const asJson = () => reportJson((params) => engine.ask("histograms", params), report, precision);
    const code = await showRun({ report, precision, asJson }, args);
    return (await saveRun(engine, args)) ? code : WRONG;
  }
  if (args.against === null) return checkByDifferences(engine, traced, args);
  // Reading files of tensors needs most of the engine; nothing else here does.
  const { checkAgainst } = await import("./check-against");
  return checkAgainst(engine, traced, args);
}
