/** Fixes with what they did when they were tried, in an engine of its own that prints nothing. */
import { readFileSync } from "node:fs";
import type { TraceParams } from "../report/questions";
import type { Finding, Fix, FixTrial, Report, TriedFix } from "../report/report";
import { symptomsByTrial } from "../report/symptoms-by-trial";
import { Trials } from "../runner/trials";
import { type EngineChoice, withEngine } from "./with-engine";

/** A fix, and what it did when it was tried; advice, and what was not tried, says nothing of that. */
export interface ShownFix extends Fix {
  readonly tried?: FixTrial;
}

export interface TriedFinding extends Omit<Finding, "fixes"> {
  readonly fixes: readonly ShownFix[];
}

/** Tries every fix that is a change of the text. */
export async function tryFixes(
  choice: EngineChoice,
  params: TraceParams,
  report: Report,
): Promise<TriedFinding[]> {
  if (!report.findings.some(({ fixes }) => fixes.some(isChange))) return [...report.findings];
  return withEngine({ ...choice, isSilent: true }, async (engine) => {
    const trials = new Trials(engine, { params, report, readText: (path) => readFileSync(path, "utf8") });
    const findings: TriedFinding[] = [];
    const all: TriedFix[] = [];
    for (const [index, finding] of report.findings.entries()) {
      const fixes: ShownFix[] = [];
      for (const [at, fix] of finding.fixes.entries()) {
        const tried = await trials.try(finding, fix);
        fixes.push(tried === null ? fix : { ...fix, tried });
        if (tried !== null) all.push({ finding: index, fix: at, outcome: tried });
      }
      findings.push({ ...finding, fixes });
    }
    return withSymptoms(findings, symptomsByTrial(findings, all));
  });
}

/** Without those that went with the cure of another one, which are told beside it. */
function withSymptoms(
  findings: readonly TriedFinding[],
  causes: ReturnType<typeof symptomsByTrial>,
): TriedFinding[] {
  return findings.flatMap((finding, index) => {
    if (causes.has(index)) return [];
    const symptoms = findings.filter((_, other) => causes.get(other) === index);
    const also = symptoms.flatMap(({ site, headline }) =>
      site === null ? [] : [{ site, message: headline }],
    );
    return [{ ...finding, related: [...finding.related, ...also] }];
  });
}

/** How long the runs for trial of a trace may take together; `gradlens fix` takes what it needs. */
const MOST_MS = 10_000;
/** A trial runs the model with three seeds, before and after the fix, and takes a moment besides. */
const RUNS = 3;
const MOMENT_MS = 50;

/** Findings with what is offered for them: advice, and changes that cured. What takes too long to try is advice. */
export async function withOffers(
  choice: EngineChoice,
  params: TraceParams,
  report: Report,
): Promise<readonly TriedFinding[]> {
  const changes = report.findings.flatMap(({ fixes }) => fixes.filter(isChange)).length;
  if (changes * RUNS * (report.durationMs + MOMENT_MS) > MOST_MS)
    return report.findings.map((finding) => ({ ...finding, fixes: finding.fixes.map(asAdvice) }));
  const tried = await tryFixes(choice, params, report);
  return tried.map(({ fixes, ...finding }) => ({
    ...finding,
    fixes: fixes.filter((fix) => !isChange(fix) || fix.tried?.cured),
  }));
}

function isChange({ edits = [] }: Fix): boolean {
  return edits.length > 0;
}

function asAdvice({ title, detail }: Fix): Fix {
  return { title, detail };
}
