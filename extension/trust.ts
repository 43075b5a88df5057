/** Nothing of a workspace runs before a person trusts it. */
import * as vscode from "vscode";
import type { Toasts } from "./toasts";

export const trustMessage = "Trust this workspace to run its model files. Until then, Gradlens runs nothing.";

/** True in a trusted workspace; else says what to do. */
export function mayRun(toasts: Toasts): boolean {
  if (vscode.workspace.isTrusted) return true;
  toasts.say("trust", trustMessage, {
    "Manage Workspace Trust": () => vscode.commands.executeCommand("workbench.trust.manage"),
  });
  return false;
}
