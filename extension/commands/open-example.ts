/** Gradlens: Open Example. */
import * as vscode from "vscode";
import type { Gradlens } from "../gradlens";

interface Example extends vscode.QuickPickItem {
  readonly uri: vscode.Uri;
}

/** The comment at the head of an example says what it shows. */
async function readExample(uri: vscode.Uri): Promise<Example> {
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const detail = /^\s*(?:\/\/\s*(.+)|\/\*+\s*([\s\S]+?)\s*\*\/)/.exec(text);
  return { label: uri.path.split("/").at(-1) ?? "", detail: (detail?.[1] ?? detail?.[2] ?? "").trim(), uri };
}

async function findExamples({ context }: Gradlens): Promise<Example[]> {
  const folder = vscode.Uri.joinPath(context.extensionUri, "media/examples");
  const entries = await vscode.workspace.fs.readDirectory(folder);
  const files = entries.filter(([name, type]) => type === vscode.FileType.File && /\.[mc]?[jt]s$/.test(name));
  return Promise.all(files.map(([name]) => readExample(vscode.Uri.joinPath(folder, name))));
}

/** Types for `import … from "gradlens"` without any installation: a tsconfig that names where they are. */
async function writeTypes({ context }: Gradlens, folder: vscode.Uri): Promise<void> {
  const types = vscode.Uri.joinPath(context.extensionUri, "dist/types/index.d.ts").fsPath;
  const compilerOptions = {
    target: "es2023",
    module: "preserve",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    paths: { gradlens: [types] },
  };
  const text = `${JSON.stringify({ compilerOptions }, null, 2)}\n`;
  await vscode.workspace.fs.writeFile(
    vscode.Uri.joinPath(folder, "tsconfig.json"),
    new TextEncoder().encode(text),
  );
}

/** A person's own copy, outside of any workspace, kept from one time to the next. */
async function copyExample(gradlens: Gradlens, { uri, label }: Example): Promise<vscode.Uri> {
  const folder = vscode.Uri.joinPath(gradlens.context.globalStorageUri, "examples");
  await vscode.workspace.fs.createDirectory(folder);
  await writeTypes(gradlens, folder);
  const copy = vscode.Uri.joinPath(folder, label);
  const isThere = await vscode.workspace.fs.stat(copy).then(
    () => true,
    () => false,
  );
  if (!isThere) await vscode.workspace.fs.copy(uri, copy);
  return copy;
}

/** Lets a person choose an example, or takes the one that is named, and opens a copy that can be changed and run. */
export async function openExample(gradlens: Gradlens, name?: unknown): Promise<void> {
  const examples = await findExamples(gradlens);
  const named = examples.find(({ label }) => label === name);
  const placeHolder = "An example to look at, change and trace";
  const chosen = named ?? (await vscode.window.showQuickPick(examples, { placeHolder, matchOnDetail: true }));
  if (!chosen) return;
  await vscode.window.showTextDocument(await copyExample(gradlens, chosen), { preview: false });
}
