/** A quick fix where TypeScript does not find "gradlens": puts the library's types into the folder. */
import * as vscode from "vscode";
import { modelSelector } from "../model-files";

/** TypeScript's ways to say that a module was not found: as such, by its resolution, without types. */
const notFound: ReadonlySet<unknown> = new Set([2307, 2792, 7016]);

const projectFiles = ["tsconfig.json", "jsconfig.json"];

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

function isAboutGradlens(document: vscode.TextDocument, { code, range }: vscode.Diagnostic): boolean {
  const value = typeof code === "object" ? code.value : code;
  return notFound.has(Number(value)) && /^["']gradlens["']$/.test(document.getText(range));
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** True when the folder, or one above it in the workspace, is a project of TypeScript's. */
async function isInProject(folder: vscode.Uri, top: vscode.Uri): Promise<boolean> {
  for (const name of projectFiles) if (await exists(vscode.Uri.joinPath(folder, name))) return true;
  const parent = vscode.Uri.joinPath(folder, "..");
  const isTop = folder.path === top.path || parent.path === folder.path;
  return !isTop && isInProject(parent, top);
}

async function makeEdit(model: vscode.Uri, types: vscode.Uri): Promise<vscode.WorkspaceEdit> {
  const own = vscode.Uri.joinPath(model, "..");
  const top = vscode.workspace.getWorkspaceFolder(model)?.uri ?? own;
  const edit = new vscode.WorkspaceEdit();
  const create = (folder: vscode.Uri, name: string, contents: Uint8Array) =>
    edit.createFile(vscode.Uri.joinPath(folder, name), { contents, overwrite: name.endsWith(".d.ts") });
  // A project may leave out its top folder, but hardly the model's own.
  const folder = (await isInProject(own, top)) ? own : top;
  create(folder, "gradlens.d.ts", await vscode.workspace.fs.readFile(types));
  if (folder === top && !(await isInProject(top, top)))
    create(top, "tsconfig.json", new TextEncoder().encode(project));
  return edit;
}

export function registerAddTypes(extensionUri: vscode.Uri): vscode.Disposable {
  const types = vscode.Uri.joinPath(extensionUri, "dist/types/gradlens.d.ts");
  const provideCodeActions = async (
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ) => {
    const unresolved = diagnostics.filter((each) => isAboutGradlens(document, each));
    if (unresolved.length === 0) return [];
    const title = vscode.l10n.t("Add Gradlens types to this folder");
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = unresolved;
    action.edit = await makeEdit(document.uri, types);
    return [action];
  };
  const providedCodeActionKinds = [vscode.CodeActionKind.QuickFix];
  return vscode.languages.registerCodeActionsProvider(
    modelSelector,
    { provideCodeActions },
    { providedCodeActionKinds },
  );
}
