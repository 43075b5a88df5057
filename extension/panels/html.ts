/** The page of a panel: it loads the panel's own script and style, and nothing else. */
import * as vscode from "vscode";
import type { PanelName } from "../../webview/protocol";

/** The folders that a panel may load from. */
export function resourceRoots(extensionUri: vscode.Uri): vscode.Uri[] {
  return ["dist/webview", "media"].map((folder) => vscode.Uri.joinPath(extensionUri, folder));
}

/** HTML without any data in it: data comes by message. */
export function renderPage(webview: vscode.Webview, extensionUri: vscode.Uri, name: PanelName): string {
  const nonce = crypto.randomUUID();
  const source = webview.cspSource;
  const uri = (file: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, "dist/webview", file)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
    `font-src ${source}`,
    `img-src ${source} data: blob:`,
    `connect-src ${source}`,
    "worker-src blob:",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gradlens</title>
<link rel="stylesheet" href="${uri("codicon.css")}">
<link rel="stylesheet" href="${uri(`${name}.css`)}">
</head>
<body data-panel="${name}">
<script nonce="${nonce}" src="${uri("panels.js")}"></script>
</body>
</html>`;
}
