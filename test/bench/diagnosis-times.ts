// What the diagnosis costs: first reports of a model by an engine process, with it and with all of its rules off, in turn;
// and how long it takes until a fix that the diagnosis offers has been tried.
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { rules } from "../../engine/diagnose";
import type { DiagnosisSettings, TraceParams } from "../../engine/report/questions";
import type { Finding, Fix } from "../../engine/report/report";
import { Engine } from "../../engine/runner/client";
import { Trials } from "../../engine/runner/trials";

const [root = "", model = "", what = "", count = "1"] = process.argv.slice(2);
const off: DiagnosisSettings = { limits: Object.fromEntries(rules.map(({ id }) => [id, false])) };

function paramsFor(diagnosis: DiagnosisSettings): TraceParams {
  const limits = { timeoutMs: 120_000, memoryMiB: 2048, maxOperations: 1_000_000 };
  return { file: model, overlays: {}, device: "cpu", dtype: "float32", limits, diagnosis };
}

function openEngine(): Engine {
  return new Engine({ script: `${root}/dist/engine.js`, folder: root });
}

/** Milliseconds from a process that is up to its first report, as when a file is opened and traced. */
async function firstReport(diagnosis: DiagnosisSettings): Promise<number> {
  const engine = openEngine();
  try {
    // A model of one line has the process started, and no code of the diagnosis run.
    const nothing = 'import { parameter } from "gradlens";\nexport const loss = () => parameter(1);\n';
    await engine.trace({ ...paramsFor(off), overlays: { [model]: nothing } });
    const begun = performance.now();
    const result = await engine.trace(paramsFor(diagnosis));
    const ms = performance.now() - begun;
    if ("failure" in result) throw new Error(result.failure.message);
    return ms;
  } finally {
    engine.dispose();
  }
}

/** The first fix that is an edit. */
function fixIn(findings: readonly Finding[]): { finding: Finding; fix: Fix } {
  for (const finding of findings)
    for (const fix of finding.fixes) if ((fix.edits?.length ?? 0) > 0) return { finding, fix };
  throw new Error(`no fix of ${model} is an edit`);
}

/** Milliseconds until the first fix has been tried, by an engine that has run nothing yet. */
async function firstTrial(): Promise<number> {
  const [engine, other] = [openEngine(), openEngine()];
  try {
    const params = paramsFor({});
    const result = await engine.trace(params);
    if ("failure" in result) throw new Error(result.failure.message);
    const { report } = result;
    const { finding, fix } = fixIn(report.findings);
    const begun = performance.now();
    const readText = (file: string) => readFileSync(file, "utf8");
    const trial = await new Trials(other, { params, report, readText }).try(finding, fix);
    if (!trial?.cured) throw new Error(`${fix.title} does not cure: ${JSON.stringify(trial)}`);
    return performance.now() - begun;
  } finally {
    engine.dispose();
    other.dispose();
  }
}

async function measure(): Promise<readonly (readonly number[])[]> {
  const rounds: number[][] = [];
  for (let round = 0; round < Number(count); round++)
    rounds.push(what === "fix" ? [await firstTrial()] : [await firstReport(off), await firstReport({})]);
  return rounds;
}

measure().then(
  (rounds) => console.log(JSON.stringify(rounds)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
