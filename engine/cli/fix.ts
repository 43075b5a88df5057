/** `gradlens fix FILE`: findings with the fixes that were tried, and what they did; with --apply those that cure are written. */
import { readFileSync, writeFileSync } from "node:fs";
import { showMended, showTriedGradient } from "../report/follow-findings";
import { isFailed, type TraceParams } from "../report/questions";
import type { Edit, FixTrial, Report } from "../report/report";
import type { Engine } from "../runner/client";
import { applyEdits } from "../source/apply-edits";
import { FAILED, FINE, out, print, refuse, toJson, WRONG } from "./answer";
import type { Arguments } from "./arguments";
import { showFinding, showPath } from "./messages";
import { type ShownFix, type TriedFinding, tryFixes } from "./tried-fixes";
import { limitsOf } from "./with-engine";

/** More rounds than this are no repair of one fault. */
const MOST_ROUNDS = 10;

export async function runFix(engine: Engine, args: Arguments): Promise<number> {
  const { file, device, dtype, diagnosis } = args;
  const params: TraceParams = { file, overlays: {}, device, dtype, diagnosis, limits: limitsOf(args) };
  const applied: string[] = [];
  for (let round = 0; ; round++) {
    const traced = await engine.trace(params);
    if (isFailed(traced)) return refuse(traced.failure, args);
    const { report } = traced;
    const findings = await tryFixes(args, params, report);
    const cure = args.apply && round < MOST_ROUNDS ? cureOf(findings) : undefined;
    if (cure === undefined) return tell(report, findings, applied, args);
    write(cure.edits ?? []);
    applied.push(cure.title);
  }
}

/** The first fix that cures, of the gravest finding that has one. */
function cureOf(findings: readonly TriedFinding[]): ShownFix | undefined {
  return findings.flatMap(({ fixes }) => fixes).find(({ tried }) => tried?.cured);
}

function write(edits: readonly Edit[]): void {
  for (const file of new Set(edits.map(({ site }) => site.file)))
    writeFileSync(file, applyEdits(readFileSync(file, "utf8"), file, edits));
}

function tell(
  report: Report,
  findings: readonly TriedFinding[],
  applied: readonly string[],
  args: Arguments,
): number {
  if (args.json) print(toJson({ file: report.file, applied, findings, failure: report.failure }));
  else print([...said(applied, report.file), ...findings.map(showTried), ...none(findings)].join("\n\n"));
  if (report.failure) return args.json ? WRONG : refuse(report.failure, args);
  return findings.length > 0 && args.failOn !== null ? FAILED : FINE;
}

function said(applied: readonly string[], file: string): string[] {
  return applied.length === 0
    ? []
    : [applied.map((title) => `applied to ${showPath(file)}: ${title}`).join("\n")];
}

function none(findings: readonly TriedFinding[]): string[] {
  return findings.length === 0 ? ["No findings."] : [];
}

/** A finding with its fixes as lines: those that cure first. */
function showTried(finding: TriedFinding): string {
  const lines = finding.fixes
    .toSorted((a, b) => rank(a) - rank(b))
    .map(
      ({ title, tried }) =>
        `  ${markOf(tried)} ${title}${tried === undefined ? out.dim(" (advice, not tried)") : `: ${effectOf(tried)}`}`,
    );
  return [showFinding({ ...finding, fixes: [] }, out), ...lines].join("\n");
}

function rank({ tried }: ShownFix): number {
  return tried === undefined ? 2 : tried.cured ? 0 : 1;
}

function markOf(tried: FixTrial | undefined): string {
  return tried === undefined ? "·" : tried.cured ? out.green("✓") : out.red("✗");
}

/** "gradient of the first layer, per weight 6.4e-13 → 4.0e-4; no finding is left of it (3 seeds)" */
function effectOf({ cured, effect, added, failure, seeds, gradients }: FixTrial): string {
  if (failure !== null) return `does not run: ${failure}`;
  const change = effect ? `${showMended(effect)}; ` : "";
  if (cured) return `${change}cured with ${seeds} seeds`;
  if (added.length > 0) return `${change}brings ${added.join(", ")}`;
  const starved = gradients.filter(({ isStarved }) => isStarved);
  return `${change}${starved.length > 0 ? `starves ${starved.map(showTriedGradient).join(", ")}` : "the finding stays"}`;
}
