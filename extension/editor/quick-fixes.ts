/** Quick fixes: the edits that findings propose. */
import * as vscode from "vscode";
import type { Finding, Fix } from "../../engine/report";
import { modelSelector } from "../model-files";
import { locate } from "../places";
import type { Session } from "../session";
import type { Sessions } from "../sessions";

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
  if (!fix.edit) return [];
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  const { uri, range } = locate(fix.edit.site, session);
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(uri, range, fix.edit.newText, {
    needsConfirmation: false,
    label: fix.title,
    description: fix.detail,
  });
  const importPlace =
    uri.fsPath === document.uri.fsPath ? missingImport(document, range, fix.edit.newText) : null;
  if (importPlace) action.edit.insert(uri, importPlace, ` ${fix.edit.newText},`);
  action.diagnostics = vscode.languages
    .getDiagnostics(uri)
    .filter(({ source, message }) => source === "gradlens" && message === finding.message);
  return [action];
}

export function registerQuickFixes(sessions: Sessions): vscode.Disposable {
  const provideCodeActions = (document: vscode.TextDocument, range: vscode.Range) => {
    const { uri } = document;
    const session = sessions.about(uri);
    if (!session?.report || session.stale) return [];
    return session.report.findings.flatMap((finding) => {
      const place = finding.site && locate(finding.site, session);
      if (!place || place.uri.fsPath !== uri.fsPath || !place.range.intersection(range)) return [];
      return finding.fixes.flatMap((fix) => toAction(document, fix, finding, session));
    });
  };
  const providedCodeActionKinds = [vscode.CodeActionKind.QuickFix];
  return vscode.languages.registerCodeActionsProvider(
    modelSelector,
    { provideCodeActions },
    { providedCodeActionKinds },
  );
}
