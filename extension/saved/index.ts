/** Opens `.gradlens` files: an editor without a model, an engine or Node, so that a window in a browser has it, too. */
import * as vscode from "vscode";
import { log } from "../log";

export function registerSavedTraces(extensionUri: vscode.Uri): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }, view) => {
      const { SavedEditor } = await import("./saved-editor");
      const editor = new SavedEditor(uri, view, extensionUri, (error) => log.error(uri.path, error));
      view.onDidDispose(() => editor.dispose());
      await editor.read();
    },
  };
  return vscode.window.registerCustomEditorProvider("gradlens.savedTrace", provider, {
    supportsMultipleEditorsPerDocument: true,
  });
}
