// What the host tests do in the editor: write a model file, open it, trace it, and read what VS Code would show.
import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";

export const sumTimes = `import { tensor } from "gradlens";
const x = tensor(-2, { requiresGrad: true });
const y = tensor(5, { requiresGrad: true });
const z = tensor(-4, { requiresGrad: true });
export function loss() {
  const sum = x.add(y);
  return sum.mul(z);
}
`;

export const network = `import { crossEntropy, data, manualSeed, nn, relu } from "gradlens";
manualSeed(0);
const { images, labels } = data.digits({ count: 8 });
class Net extends nn.Module {
  fc1 = new nn.Linear(64, 3);
  fc2 = new nn.Linear(3, 10);
  forward(x) {
    const h = relu(this.fc1.forward(x));
    return this.fc2.forward(h);
  }
}
const net = new Net();
export const loss = () => crossEntropy(net.forward(images), labels);
`;

export const folder = () =>
  vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail("no folder is open");

let count = 0;

/** Writes a model file of its own for a test and shows it. */
export async function openModel(text: string, extension = "js"): Promise<vscode.TextEditor> {
  await vscode.extensions.getExtension("gradlens.gradlens")?.activate();
  count += 1;
  const uri = vscode.Uri.file(join(folder(), `model-${Date.now()}-${count}.${extension}`));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One });
}

export async function openTraced(text: string): Promise<vscode.TextEditor> {
  const editor = await openModel(text);
  await vscode.commands.executeCommand("gradlens.traceBackprop");
  return editor;
}

/** Asks again until the answer is no longer undefined or false, and gives it. */
export async function until<T>(what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail(`${what} did not come`);
}

/** The position of the `nth` occurrence of a text. */
export function find({ document }: vscode.TextEditor, text: string, nth = 0): vscode.Position {
  let offset = -1;
  for (let found = 0; found <= nth; found += 1) {
    offset = document.getText().indexOf(text, offset + 1);
    assert.notEqual(offset, -1, `"${text}" is not in the file`);
  }
  return document.positionAt(offset);
}

/** The hovers that VS Code shows at a position. */
export async function hoversAt(uri: vscode.Uri, position: vscode.Position): Promise<vscode.Hover[]> {
  return vscode.commands.executeCommand("vscode.executeHoverProvider", uri, position);
}

/** The text of our own hover over a word. */
export async function hoverText(editor: vscode.TextEditor, word: string, nth = 0): Promise<string> {
  const hovers = await hoversAt(editor.document.uri, find(editor, word, nth));
  const texts = hovers.flatMap(({ contents }) =>
    contents.map((content) => (content instanceof vscode.MarkdownString ? content.value : "")),
  );
  return texts.find((text) => text.includes("gradlens.")) ?? "";
}

/** The Problems of ours in a file, as soon as there are any. */
export function awaitProblems(uri: vscode.Uri): Promise<vscode.Diagnostic[]> {
  return until("a problem", () => (readProblems(uri).length > 0 ? readProblems(uri) : null));
}

/** Leaves no editor behind; a changed one is saved, for VS Code would ask. */
export async function closeEditors(): Promise<void> {
  await vscode.workspace.saveAll();
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

/** The titles of all lenses of a file, with the line (from 0) they stand over. */
export async function readLenses({
  document,
}: vscode.TextEditor): Promise<{ line: number; title: string }[]> {
  const lenses: vscode.CodeLens[] = await vscode.commands.executeCommand(
    "vscode.executeCodeLensProvider",
    document.uri,
    100,
  );
  return lenses
    .map(({ range, command }) => ({ line: range.start.line, title: command?.title ?? "" }))
    .sort((a, b) => a.line - b.line);
}

/** Our own Problems of a file. */
export function readProblems(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "gradlens");
}
