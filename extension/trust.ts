/** Nothing of a workspace runs before a person trusts it. */
import * as vscode from "vscode";

export const trustMessage = vscode.l10n.t(
  "Trust this workspace to run its model files. Until then, Gradlens runs nothing.",
);

/** True in a trusted workspace; else says what to do. */
export async function mayRun(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t("Manage Workspace Trust");
  const chosen = await vscode.window.showWarningMessage(trustMessage, manage);
  if (chosen === manage) await vscode.commands.executeCommand("workbench.trust.manage");
  return false;
}
