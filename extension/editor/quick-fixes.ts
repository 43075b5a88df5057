/** Quick fixes: the edits that findings propose. */
import * as vscode from "vscode";
import type { Finding, Fix } from "../../engine/report";
import { modelSelector } from "../model-files";
import { locate } from "../places";
import type { Session } from "../session";
import type { Sessions } from "../sessions";

function toAction(fix: Fix, finding: Finding, session: Session): vscode.CodeAction[] {
  if (!fix.edit) return [];
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  const { uri, range } = locate(fix.edit.site, session);
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(uri, range, fix.edit.newText, {
    needsConfirmation: false,
    label: fix.title,
    description: fix.detail,
  });
  action.diagnostics = vscode.languages
    .getDiagnostics(uri)
    .filter(({ source, message }) => source === "gradlens" && message === finding.message);
  return [action];
}

export function registerQuickFixes(sessions: Sessions): vscode.Disposable {
  const provideCodeActions = ({ uri }: vscode.TextDocument, range: vscode.Range) => {
    const session = sessions.about(uri);
    if (!session?.report || session.stale) return [];
    return session.report.findings.flatMap((finding) => {
      const place = finding.site && locate(finding.site, session);
      if (!place || place.uri.fsPath !== uri.fsPath || !place.range.intersection(range)) return [];
      return finding.fixes.flatMap((fix) => toAction(fix, finding, session));
    });
  };
  const providedCodeActionKinds = [vscode.CodeActionKind.QuickFix];
  return vscode.languages.registerCodeActionsProvider(
    modelSelector,
    { provideCodeActions },
    { providedCodeActionKinds },
  );
}
