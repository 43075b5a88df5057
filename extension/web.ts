/** What VS Code calls first in a window without Node: saved traces open there, and models do not run. */
import * as vscode from "vscode";
import { log } from "./log";
import { registerSavedTraces } from "./saved";

const WHERE = "Models run on the desktop or in a remote window. Saved traces (.gradlens) open here, too.";

export const activate = ({ extension, extensionUri, subscriptions }: vscode.ExtensionContext): void => {
  const { contributes } = extension.packageJSON as {
    readonly contributes: { readonly commands: readonly { readonly command: string }[] };
  };
  const say = () => {
    vscode.window.showInformationMessage(WHERE);
  };
  subscriptions.push(
    log,
    registerSavedTraces(extensionUri),
    ...contributes.commands.map(({ command }) => vscode.commands.registerCommand(command, say)),
  );
};
