/** Findings, failures and failed gradient checks as Problems: of the last run, until the text changes or the file is closed. */

import * as vscode from "vscode";
import { formatPair } from "../../engine/core/number-text";
import { checkName } from "../../engine/report/checks";
import { showEffect } from "../../engine/report/follow-findings";
import type { Check, Failure, Finding, RelatedSite, Severity, Site } from "../../engine/report/report";
import { worstTitle } from "../checks";
import { whyUndiagnosed } from "../diagnosis-words";
import { documentOf, uriOf } from "../files";
import { currentRange } from "../places";
import type { Session } from "../session";
import type { Sessions } from "../sessions";

const SOON_MS = 20;
/** A diagnosis that takes longer is told of. */
const SLOW_MS = 250;

const severities: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Where the code's link leads: to the panel that explains it with its numbers. */
function panelLink({ panel, item }: Entry, file: string): vscode.Uri {
  const query = encodeURIComponent(JSON.stringify(item === undefined ? [file] : [file, item]));
  return vscode.Uri.parse(`command:gradlens.${panel}?${query}`);
}

function relate(related: readonly RelatedSite[], session: Session): vscode.DiagnosticRelatedInformation[] {
  return related.map(
    ({ site, message }) => new vscode.DiagnosticRelatedInformation(currentRange(site, session), message),
  );
}

interface Entry {
  readonly site: Site;
  readonly message: string;
  readonly severity: vscode.DiagnosticSeverity;
  readonly code: string;
  readonly panel: "showFindings" | "showChecks" | "showGraph";
  /** What of the panel it is about. */
  readonly item?: number;
  readonly related?: readonly RelatedSite[];
}

/** The first line is enough for a run that has no place. */
function topOf(file: string): Site {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

/** The code of a problem: the rule of a finding, the verdict of a check. */
export function codeOf(told: Finding | Check): string {
  return "rule" in told ? told.rule : `gradcheck-${told.verdict}`;
}

/** A finding of the last run says what an edit did to it, too. */
function fromReport(session: Session): Entry[] {
  const { findings, news } = session.last;
  return findings.map((finding, item) => {
    const change = news?.changes[item] ?? null;
    const effect = change === null || change === "new" ? "" : showEffect(change);
    const entry = fromFinding(finding, session);
    const message = effect === "" ? entry.message : `${entry.message}\nSince the run before: ${effect}.`;
    return { ...entry, message, item };
  });
}

function fromFinding(finding: Finding, session: Session): Entry {
  const { site, message, severity, related } = finding;
  return {
    site: site ?? topOf(session.file),
    message,
    severity: severities[severity],
    code: codeOf(finding),
    panel: "showFindings",
    related,
  };
}

function fromFailure({ site, message, hint, kind, stack }: Failure, session: Session): Entry {
  const details = [message, hint, stack.length > 1 ? stack.join("\n") : null];
  return {
    site: site ?? topOf(session.file),
    message: details.filter((each) => each).join("\n"),
    severity: vscode.DiagnosticSeverity.Error,
    code: kind === "model" ? "run" : kind,
    panel: "showGraph",
  };
}

function fromCheck(check: Check, session: Session): Entry {
  const { worst, culprit, site, target, message, severity } = check;
  const [analytic, numeric] = worst ? formatPair(worst.analytic, worst.numeric, 6) : [];
  const numbers = worst
    ? `${worstTitle(check)}: the gradient says ${analytic}, finite differences say ${numeric}`
    : "";
  const related =
    culprit?.site && site ? [{ site, message: `${target || checkName(check)} was made here` }] : [];
  return {
    site: culprit?.site ?? site ?? topOf(session.file),
    message: [message, numbers].filter((each) => each !== "").join("\n"),
    severity: severities[severity ?? "info"],
    code: codeOf(check),
    panel: "showChecks",
    related,
  };
}

/** What is to be said in the place of findings. */
function fromDiagnosis({ file, last: { diagnosis } }: Session): Entry[] {
  if (diagnosis.kind === "ready") return [];
  const { Information, Warning } = vscode.DiagnosticSeverity;
  const severity = diagnosis.kind === "failed" ? Warning : Information;
  const message = diagnosis.kind === "running" ? "Diagnosing …" : whyUndiagnosed(diagnosis);
  return [{ site: topOf(file), message, severity, code: "diagnosis", panel: "showFindings" }];
}

function entriesOf(session: Session): Entry[] {
  const { failure, checks, stale } = session;
  const isOpen = documentOf(session.file) !== undefined;
  if (!isOpen) return [];
  const isShown = failure && failure.kind !== "cancelled" && !session.isFailureOld;
  const failed = isShown ? [fromFailure(failure, session)] : [];
  if (stale) return failed;
  const { unfinished } = session;
  if (unfinished && unfinished.failure.kind !== "cancelled")
    failed.push(fromFailure(unfinished.failure, session));
  const bad = checks.filter(({ severity }) => severity !== null);
  return [
    ...failed,
    ...fromDiagnosis(session),
    ...fromReport(session),
    ...session.checkFindings.map((finding) => fromFinding(finding, session)),
    ...bad.map((check) => fromCheck(check, session)),
  ];
}

function toDiagnostic(entry: Entry, session: Session): vscode.Diagnostic {
  const { site, message, severity, code, related } = entry;
  const { start, end } = currentRange(site, session).range;
  // Of a whole function only its first line: the editor cuts what is longer than the line.
  const range = new vscode.Range(start, start.line === end.line ? end : start.translate(0, 1000));
  const diagnostic = new vscode.Diagnostic(range, message, severity);
  diagnostic.source = "gradlens";
  diagnostic.code = { value: code, target: panelLink(entry, session.file) };
  if (related && related.length > 0) diagnostic.relatedInformation = relate(related, session);
  return diagnostic;
}

export function registerDiagnostics(sessions: Sessions): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection("gradlens");
  let told: ReadonlySet<string> = new Set();
  const update = () => {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const session of sessions.all) {
      for (const entry of entriesOf(session)) {
        const known = byFile.get(entry.site.file) ?? [];
        byFile.set(entry.site.file, [...known, toDiagnostic(entry, session)]);
      }
    }
    for (const file of told) if (!byFile.has(file)) collection.delete(uriOf(file));
    for (const [file, diagnostics] of byFile) collection.set(uriOf(file), diagnostics);
    told = new Set(byFile.keys());
  };
  let timer: NodeJS.Timeout | undefined;
  const updateSoon = () => {
    clearTimeout(timer);
    // Problems of the run before stay for a moment: most diagnoses are there by then.
    timer = setTimeout(update, sessions.all.some(({ isDiagnosing }) => isDiagnosing) ? SLOW_MS : SOON_MS);
  };
  return vscode.Disposable.from(
    collection,
    sessions.onDidChange(updateSoon),
    vscode.workspace.onDidCloseTextDocument(updateSoon),
    vscode.workspace.onDidOpenTextDocument(updateSoon),
    { dispose: () => clearTimeout(timer) },
  );
}
