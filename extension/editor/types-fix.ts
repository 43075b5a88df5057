/** A quick fix where TypeScript does not find "gradlens": adds the library's types to the folder. */
import * as vscode from "vscode";
import { modelSelector } from "../model-files";

/** TypeScript's ways to say that a module was not found: as such, by its resolution, without types. */
const notFound: ReadonlySet<unknown> = new Set([2307, 2792, 7016]);

function isAboutGradlens(document: vscode.TextDocument, { code, range }: vscode.Diagnostic): boolean {
  const value = typeof code === "object" ? code.value : code;
  return notFound.has(Number(value)) && /^["']gradlens["']$/.test(document.getText(range));
}

export function registerTypesFix(): vscode.Disposable {
  const provideCodeActions = (
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ) => {
    const unresolved = diagnostics.filter((each) => isAboutGradlens(document, each));
    if (unresolved.length === 0) return [];
    const title = "Add Gradlens types to this folder";
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = unresolved;
    // TypeScript offers to remove the import, which is what a person wants least.
    action.isPreferred = true;
    action.command = { command: "gradlens.addTypes", title, arguments: [document.uri] };
    return [action];
  };
  const providedCodeActionKinds = [vscode.CodeActionKind.QuickFix];
  return vscode.languages.registerCodeActionsProvider(
    modelSelector,
    { provideCodeActions },
    { providedCodeActionKinds },
  );
}
