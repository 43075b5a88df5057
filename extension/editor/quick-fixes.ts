/** Quick fixes: the edits that findings propose, and comments that say that something is meant, or not to be told. */
import * as vscode from "vscode";
import { showMended } from "../../engine/report/follow-findings";
import type { Check, Finding, Fix, TriedFix } from "../../engine/report/report";
import { readSetting } from "../config";
import { fileOf } from "../files";
import { commentEdit, editOf, ignoreComment } from "../fixes";
import { modelSelector } from "../model-files";
import { currentRange } from "../places";
import type { Session } from "../session";
import type { Sessions } from "../sessions";
import { codeOf } from "./diagnostics";

/** A fix that cured when it was tried, with what it did; where nothing is tried, any. Null for one that is not offered. */
function titleOf({ title }: Fix, outcome: TriedFix["outcome"] | undefined, session: Session): string | null {
  if (!readSetting("gradlens.diagnosis.tryFixes", session.uri)) return `${title} (not tried)`;
  if (outcome === undefined || outcome === "trying" || !outcome.cured) return null;
  return outcome.effect === null ? title : `${title}: ${showMended(outcome.effect)}`;
}

/** A fix of a finding under the title with which it is offered; null where it is not. */
interface Offer {
  readonly finding: Finding;
  readonly fix: Fix;
  readonly title: string | null;
  /** Whether it changes what the model computes. */
  readonly isRun: boolean;
}

function offersOf(session: Session): Offer[] {
  const ofTrace = session.report?.findings ?? [];
  const tried = ofTrace.flatMap((finding, nth) =>
    finding.fixes.map((fix, i) => {
      const trial = session.trials.find((each) => each.finding === nth && each.fix === i);
      return { finding, fix, title: titleOf(fix, trial?.outcome, session), isRun: true };
    }),
  );
  // Those of a check change comments, which compute nothing.
  const ofCheck = session.checkFindings.flatMap((finding) =>
    finding.fixes.map((fix) => ({ finding, fix, title: fix.title, isRun: false })),
  );
  return [...tried, ...ofCheck];
}

function toAction({ finding, fix, title, isRun }: Offer, session: Session): vscode.CodeAction[] {
  const edit = editOf(fix, session);
  const site = finding.site ?? fix.edits?.[0]?.site;
  if (edit === null || title === null || site === undefined) return [];
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.edit = edit;
  action.diagnostics = problemsAt(currentRange(site, session), codeOf(finding));
  // What it did is seen at once.
  if (isRun) action.command = { command: "gradlens.traceBackprop", title, arguments: [session.uri] };
  return [action];
}

/** The problems of a code at a place. */
function problemsAt({ uri, range }: vscode.Location, code: string): vscode.Diagnostic[] {
  const isMeant = (problem: vscode.Diagnostic) =>
    typeof problem.code === "object" &&
    problem.code.value === code &&
    problem.range.start.isEqual(range.start);
  return vscode.languages
    .getDiagnostics(uri)
    .filter((problem) => problem.source === "gradlens" && isMeant(problem));
}

function commentAction(
  document: vscode.TextDocument,
  told: Finding | Check,
  place: vscode.Location,
  { title, comment }: { readonly title: string; readonly comment: string },
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.edit = commentEdit(document, place.range.start.line, comment);
  action.diagnostics = problemsAt(place, codeOf(told));
  return action;
}

const intended = { title: "Say that this gradient is intended", comment: "// gradlens: intended" };

/** Only for findings of rules: what is said of comments and settings is mended there. */
function ignoreActions(
  document: vscode.TextDocument,
  finding: Finding,
  place: vscode.Location,
): vscode.CodeAction[] {
  const { title } = finding;
  if (title === undefined) return [];
  const words = { title: `Ignore "${title}" on this line`, comment: ignoreComment(finding) };
  return [commentAction(document, finding, place, words)];
}

function actionsOfChecks(
  document: vscode.TextDocument,
  range: vscode.Range,
  session: Session,
): vscode.CodeAction[] {
  const actions = session.checks.flatMap((check): [number, vscode.CodeAction][] => {
    const site = check.culprit?.site ?? check.site;
    const place = check.outcome === "fail" && site ? currentRange(site, session) : null;
    if (!place || fileOf(place.uri) !== fileOf(document.uri) || !place.range.intersection(range)) return [];
    return [[place.range.start.line, commentAction(document, check, place, intended)]];
  });
  // Several parameters fail because of one line.
  return [...new Map(actions).values()];
}

export function registerQuickFixes(sessions: Sessions): vscode.Disposable {
  const provideCodeActions = async (document: vscode.TextDocument, range: vscode.Range) => {
    const { uri } = document;
    const session = await sessions.awake(uri);
    if (!session?.report || session.stale) return [];
    const placeOf = ({ site }: Finding) => {
      const place = site && currentRange(site, session);
      const isHere = place && fileOf(place.uri) === fileOf(uri) && place.range.intersection(range);
      return isHere ? place : null;
    };
    const fixes = offersOf(session).flatMap((offer) =>
      placeOf(offer.finding) === null ? [] : toAction(offer, session),
    );
    const comments = session.report.findings.flatMap((finding) => {
      const place = placeOf(finding);
      return place === null ? [] : ignoreActions(document, finding, place);
    });
    return [...fixes, ...comments, ...actionsOfChecks(document, range, session)];
  };
  const providedCodeActionKinds = [vscode.CodeActionKind.QuickFix];
  return vscode.languages.registerCodeActionsProvider(
    modelSelector,
    { provideCodeActions },
    { providedCodeActionKinds },
  );
}
