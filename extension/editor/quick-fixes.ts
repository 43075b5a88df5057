/** Quick fixes: the edits that findings propose, and the comment that says that a gradient is meant. */
import * as vscode from "vscode";
import type { Check, Finding, Fix } from "../../engine/report/report";
import { fileOf } from "../files";
import { modelSelector } from "../model-files";
import { currentRange, isOwnFile } from "../places";
import type { Session } from "../session";
import type { Sessions } from "../sessions";
import { codeOf } from "./diagnostics";

const importOfGradlens = /import\s*(?:[\w$]+\s*,\s*)?\{([^}]*)\}\s*from\s*["']gradlens["']/;

/** Where a function that the fix calls must be added to the file's import; null when it is there or is a method. */
function missingImport(
  document: vscode.TextDocument,
  place: vscode.Range,
  name: string,
): vscode.Position | null {
  const before = document.getText(new vscode.Range(place.start.with({ character: 0 }), place.start));
  const found = importOfGradlens.exec(document.getText());
  if (!found?.[1] || !/^[a-zA-Z]\w*$/.test(name) || before.trimEnd().endsWith(".")) return null;
  const names = found[1].split(",").map((each) => each.trim());
  return names.includes(name) ? null : document.positionAt(found.index + found[0].indexOf("{") + 1);
}

function toAction(
  document: vscode.TextDocument,
  fix: Fix,
  finding: Finding,
  session: Session,
): vscode.CodeAction[] {
  if (!fix.edit || !isOwnFile(fix.edit.site.file, session)) return [];
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  const { uri, range } = currentRange(fix.edit.site, session);
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(uri, range, fix.edit.newText, {
    needsConfirmation: false,
    label: fix.title,
    description: fix.detail,
  });
  const importPlace =
    fileOf(uri) === fileOf(document.uri) ? missingImport(document, range, fix.edit.newText) : null;
  if (importPlace) action.edit.insert(uri, importPlace, ` ${fix.edit.newText},`);
  action.diagnostics = problemsAt(currentRange(finding.site ?? fix.edit.site, session), codeOf(finding));
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

/** The comment goes to the end of the line; above it where something there would swallow it. */
function intendedAction(
  document: vscode.TextDocument,
  check: Check,
  place: vscode.Location,
): vscode.CodeAction {
  const title = "Say that this gradient is intended";
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const { text, range, firstNonWhitespaceCharacterIndex } = document.lineAt(place.range.start.line);
  const comment = "// gradlens: intended";
  action.edit = new vscode.WorkspaceEdit();
  if (/\/\/|\/\*|`/.test(text)) {
    const indent = text.slice(0, firstNonWhitespaceCharacterIndex);
    action.edit.insert(document.uri, range.start, `${indent}${comment}\n`);
  } else action.edit.insert(document.uri, range.end, ` ${comment}`);
  action.diagnostics = problemsAt(place, codeOf(check));
  return action;
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
    return [[place.range.start.line, intendedAction(document, check, place)]];
  });
  // Several parameters fail because of one line.
  return [...new Map(actions).values()];
}

export function registerQuickFixes(sessions: Sessions): vscode.Disposable {
  const provideCodeActions = async (document: vscode.TextDocument, range: vscode.Range) => {
    const { uri } = document;
    const session = await sessions.awake(uri);
    if (!session?.report || session.stale) return [];
    const findings = [...session.report.findings, ...session.checkFindings];
    const fixes = findings.flatMap((finding) => {
      const place = finding.site && currentRange(finding.site, session);
      if (!place || fileOf(place.uri) !== fileOf(uri) || !place.range.intersection(range)) return [];
      return finding.fixes.flatMap((fix) => toAction(document, fix, finding, session));
    });
    return [...fixes, ...actionsOfChecks(document, range, session)];
  };
  const providedCodeActionKinds = [vscode.CodeActionKind.QuickFix];
  return vscode.languages.registerCodeActionsProvider(
    modelSelector,
    { provideCodeActions },
    { providedCodeActionKinds },
  );
}
