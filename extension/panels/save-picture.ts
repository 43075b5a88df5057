/** Saves what a panel drew. */
import * as vscode from "vscode";

/** Asks where to, beside a file at first, and writes the picture there. */
export async function savePicture(name: string, bytes: Uint8Array, file: vscode.Uri): Promise<void> {
  const defaultUri = vscode.Uri.joinPath(file, "..", name);
  const uri = await vscode.window.showSaveDialog({
    defaultUri,
    filters: { Picture: [name.slice(name.lastIndexOf(".") + 1)] },
  });
  if (uri) await vscode.workspace.fs.writeFile(uri, bytes);
}
