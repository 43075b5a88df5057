/** Gradlens: Add Types to This Folder. */
import * as vscode from "vscode";
import type { Gradlens } from "../gradlens";
import { findModel } from "./target";

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

/** Writes gradlens.d.ts, and a tsconfig.json where there is none, so that `import … from "gradlens"` has types. */
export async function addTypes(gradlens: Gradlens, argument?: unknown): Promise<void> {
  const model = findModel(gradlens, argument);
  if (!model) return;
  const { fs } = vscode.workspace;
  const own = vscode.Uri.joinPath(model, "..");
  const top = vscode.workspace.getWorkspaceFolder(model)?.uri ?? own;
  const hasProject = await isInProject(own, top);
  // A project may leave out its top folder, but hardly the model's own.
  const folder = hasProject ? own : top;
  const types = vscode.Uri.joinPath(gradlens.context.extensionUri, "dist/types/gradlens.d.ts");
  await fs.copy(types, vscode.Uri.joinPath(folder, "./gradlens.d.ts"), { overwrite: true });
  if (!hasProject)
    await fs.writeFile(vscode.Uri.joinPath(folder, "tsconfig.json"), new TextEncoder().encode(project));
  // Where files are not watched, TypeScript sees a new project only after a fresh start.
  await vscode.commands.executeCommand("typescript.restartTsServer").then(undefined, () => undefined);
}
