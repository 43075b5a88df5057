/** `gradlens compare A B`: runs both, or reads them where they are saved, and shows what differs. */
import { compareReports } from "../report/compare";
import type { Failure, Report } from "../report/report";
import type { Engine } from "../runner/client";
import { FINE, out, print, refuse, toJson } from "./answer";
import { isSavedPath } from "./argument-values";
import type { CompareArguments, RunChoice } from "./compare-arguments";
import { comparisonJson } from "./compare-json";
import { notesOn } from "./compare-notes";
import { comparisonText } from "./compare-text";
import { showPath } from "./messages";
import { readSaved } from "./saved-file";
import { limitsOf, withEngine } from "./with-engine";

export function runCompare(args: CompareArguments): Promise<number> {
  return withEngine(args, async (engine) => {
    const [a, b] = args.runs;
    const before = await reportOf(engine, a, args);
    if ("failure" in before) return refuse(failed("A", a, args, before.failure), args);
    const after = await reportOf(engine, b, args);
    if ("failure" in after) return refuse(failed("B", b, args, after.failure), args);
    const comparison = compareReports(before.report, after.report, args.factor ?? undefined);
    const compared = { comparison, a: before.report, b: after.report, notes: notesOn(comparison, args.runs) };
    print(args.json ? toJson(comparisonJson(compared, args.runs)) : comparisonText(compared, args, out));
    return FINE;
  });
}

type RunOutcome = { readonly report: Report } | { readonly failure: Failure };

async function reportOf(engine: Engine, run: RunChoice, args: CompareArguments): Promise<RunOutcome> {
  const { file, dtype, device, seed } = run;
  if (isSavedPath(file)) return readTraced(file);
  const traced = await engine.trace({ file, overlays: {}, device, dtype, seed, limits: limitsOf(args) });
  const failure = "failure" in traced ? traced.failure : traced.report.failure;
  return failure ? { failure } : traced;
}

/** A run that was saved. */
async function readTraced(path: string): Promise<RunOutcome> {
  const saved = await readSaved(path);
  if ("failure" in saved) return saved;
  const { failure } = saved.report;
  return failure ? { failure } : saved;
}

/** The failure, and which of the two runs it was. */
function failed(which: "A" | "B", run: RunChoice, { runs }: CompareArguments, failure: Failure): Failure {
  const [a, b] = runs;
  const facts = (["dtype", "device", "seed"] as const).filter((fact) => a[fact] !== b[fact]);
  const said = [showPath(run.file), ...facts.map((fact) => `${fact} ${run[fact]}`)].join(", ");
  return { ...failure, message: `${which} (${said}) failed: ${failure.message}` };
}
