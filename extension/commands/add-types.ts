/** Gradlens: Add Types to This Folder. */
import * as vscode from "vscode";
import { findModel, sayNoModel } from "../command-target";
import { fileOf, isUntitled } from "../files";
import type { Gradlens } from "../gradlens";
import { log } from "../log";

/** Without a project, TypeScript looks at nothing but the open file and what it imports. */
const project = `{
  "compilerOptions": {
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "strict": true,
    "allowJs": true,
    "noEmit": true
  }
}
`;

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** True when the folder, or one above it up to `top`, is a project of TypeScript's. */
async function isInProject(folder: vscode.Uri, top: vscode.Uri): Promise<boolean> {
  for (const name of ["tsconfig.json", "jsconfig.json"])
    if (await exists(vscode.Uri.joinPath(folder, name))) return true;
  const parent = vscode.Uri.joinPath(folder, "..");
  const isTop = folder.path === top.path || parent.path === folder.path;
  return !isTop && isInProject(parent, top);
}

/** A file to write, and what it held before: null when it is new. */
interface Added {
  readonly uri: vscode.Uri;
  readonly contents: Uint8Array;
  readonly before: Uint8Array | null;
}

async function readIfThere(uri: vscode.Uri): Promise<Uint8Array | null> {
  return vscode.workspace.fs.readFile(uri).then(
    (contents) => contents,
    () => null,
  );
}

/** What to write for a model: gradlens.d.ts, and a tsconfig.json where there is no project. */
async function planFiles({ context }: Gradlens, model: vscode.Uri): Promise<Added[]> {
  const own = vscode.Uri.joinPath(model, "..");
  const top = vscode.workspace.getWorkspaceFolder(model)?.uri ?? own;
  const hasProject = await isInProject(own, top);
  // A project may leave out its top folder, but hardly the model's own.
  const folder = hasProject ? own : top;
  const types = vscode.Uri.joinPath(context.extensionUri, "dist/types/gradlens.d.ts");
  const wanted: readonly (readonly [string, Uint8Array])[] = [
    ["./gradlens.d.ts", await vscode.workspace.fs.readFile(types)],
    ...(hasProject ? [] : [["tsconfig.json", new TextEncoder().encode(project)] as const]),
  ];
  return Promise.all(
    wanted.map(async ([name, contents]) => {
      const uri = vscode.Uri.joinPath(folder, name);
      return { uri, contents, before: await readIfThere(uri) };
    }),
  );
}

/** Where files are not watched, TypeScript sees a new project only after a fresh start. */
async function restartTypeScript(): Promise<void> {
  await vscode.commands.executeCommand("typescript.restartTsServer").then(undefined, () => undefined);
}

/** Takes back what was added, but nothing that was changed since. */
async function takeBack(added: readonly Added[]): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, contents, before } of added) {
    const now = await readIfThere(uri);
    if (!now || !Buffer.from(now).equals(contents)) continue;
    if (before) edit.createFile(uri, { overwrite: true, contents: before });
    else edit.deleteFile(uri, { ignoreIfNotExists: true });
  }
  await vscode.workspace.applyEdit(edit);
  await restartTypeScript();
}

/** Says what came into the folder, and offers to take it back. */
function say({ toasts }: Gradlens, added: readonly Added[]): void {
  const names = added.map(({ uri }) => vscode.workspace.asRelativePath(uri));
  const message = `Added ${names.join(" and ")}: TypeScript finds the types of Gradlens there.`;
  log.info(message);
  toasts.say("types", message, { Undo: () => takeBack(added) });
}

/** Writes gradlens.d.ts, and a tsconfig.json where there is none, so that `import … from "gradlens"` has types. */
export async function addTypes(gradlens: Gradlens, argument?: unknown): Promise<void> {
  const found = findModel(gradlens, argument);
  const isSomewhere = found && (isUntitled(found) ? vscode.workspace.workspaceFolders : await exists(found));
  if (!isSomewhere) {
    sayNoModel(gradlens);
    return;
  }
  const model = vscode.Uri.file(fileOf(found));
  const added = await planFiles(gradlens, model);
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, contents } of added) edit.createFile(uri, { overwrite: true, contents });
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(`The types of Gradlens could not be written beside ${model.fsPath}.`);
  await restartTypeScript();
  say(gradlens, added);
}
