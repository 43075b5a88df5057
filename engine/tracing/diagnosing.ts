/** Diagnoses a run that was recorded: what the rules find, without what comments say not to tell. */
import { diagnose, rulesOf, withoutIgnored } from "../diagnose";
import { measuresOf } from "../diagnose/measures-of";
import type { Traced } from "../diagnose/traced";
import { diagnosedTrace, withDiagnosis } from "../report/diagnosis";
import type { Diagnosis } from "../report/report";
import type { ReadValues } from "../report/trace";
import { experimentsOn } from "./experiments";
import type { Numbered } from "./numbered";
import type { Recorded } from "./recorded";
import type { Run } from "./run";

/** What the diagnosis may take for trying things out, in milliseconds. */
const EXPERIMENTS_MS = 500;

/** The same with its diagnosis; yields between the rules. */
export function* diagnosing(run: Run, recorded: Recorded, numbered: Numbered): Generator<void, Recorded> {
  const { trace, report, tensors, gradOf } = recorded;
  const values: ReadValues = (node, of) => (of === "value" ? tensors[node] : gradOf(node))?.data ?? null;
  const experiments = experimentsOn(numbered, trace, EXPERIMENTS_MS);
  const precision = run.diagnosis?.precision ?? null;
  const own = { trace, values, experiments, precision, rewrite: rewriteOf(run) };
  const traced: Traced = Object.assign(withDiagnosis(report, report), own);
  const found = yield* diagnose(traced, run.diagnosis);
  const comments = run.sources.ignores?.() ?? [];
  const { diagnosis: settings, failure } = run;
  const told = withoutIgnored(found, comments, { diagnosis: settings, isWhole: failure === null });
  const wanted = [...told.findings.map(({ rule }) => rule), ...(run.measures ?? [])];
  const lookedFor = rulesOf(settings).map(({ title }) => title);
  const diagnosis: Diagnosis = { ...told, measures: measuresOf(traced, wanted), lookedFor };
  return { ...recorded, trace: diagnosedTrace(trace, diagnosis), report: withDiagnosis(report, diagnosis) };
}

function rewriteOf({ sources }: Run): Traced["rewrite"] {
  return sources.edits === undefined ? null : (remedies) => sources.edits?.(remedies) ?? null;
}
