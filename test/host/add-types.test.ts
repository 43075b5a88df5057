// "Add Gradlens types to this folder": where TypeScript does not find the library, and no longer after the fix.
import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { closeEditors, find, folder, openModel, until } from "./editor";

const model = `import { tensor } from "gradlens";
const x = tensor([1, 2], { requiresGrad: true });
export const loss = () => x.mul(x).sum();
`;

const title = "Add Gradlens types to this folder";

function unresolved({ document }: vscode.TextEditor): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter(({ source, message }) => source === "ts" && message.includes("gradlens"));
}

describe("types of the library", function () {
  this.timeout(60_000);
  const installed = join(folder(), "node_modules/gradlens");
  const away = join(folder(), "node_modules/elsewhere");
  const made = ["gradlens.d.ts", "tsconfig.json"].map((name) => join(folder(), name));

  before(() => renameSync(installed, away));
  after(async () => {
    await closeEditors();
    for (const path of [...made, join(folder(), "inner")]) rmSync(path, { recursive: true, force: true });
    renameSync(away, installed);
  });

  async function awaitUnresolved(editor: vscode.TextEditor): Promise<vscode.Diagnostic> {
    return until("TypeScript's complaint", () => unresolved(editor)[0] ?? null);
  }

  it("come into the folder with one click, and TypeScript finds the import", async () => {
    const editor = await openModel(model, "ts");
    const { range } = await awaitUnresolved(editor);
    const { uri } = editor.document;
    const actions: vscode.CodeAction[] = await vscode.commands.executeCommand(
      "vscode.executeCodeActionProvider",
      uri,
      range,
    );
    const fix = actions.find((each) => each.title === title);
    assert.ok(fix?.command, actions.map((each) => each.title).join(", "));
    await vscode.commands.executeCommand(fix.command.command, ...(fix.command.arguments ?? []));
    assert.deepEqual(made.map(existsSync), [true, true]);
    await until("the end of the complaint", () => unresolved(editor).length === 0);
    const completions = await until("completions of the tensor's methods", async () => {
      const list: vscode.CompletionList = await vscode.commands.executeCommand(
        "vscode.executeCompletionItemProvider",
        uri,
        find(editor, "mul(x)"),
      );
      const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
      return labels.includes("backward") ? labels : null;
    });
    assert.ok(completions.includes("matmul"));
  });

  it("are offered before anything that would remove the import, and can be taken back", async () => {
    for (const path of made) rmSync(path, { force: true });
    const editor = await openModel('import { tensor } from "gradlens";\n', "ts");
    // It may not have seen yet that the types are gone.
    await vscode.commands.executeCommand("typescript.restartTsServer");
    const { range } = await awaitUnresolved(editor);
    const actions = await until("TypeScript's own fix", async () => {
      const all: vscode.CodeAction[] = await vscode.commands.executeCommand(
        "vscode.executeCodeActionProvider",
        editor.document.uri,
        range,
      );
      return all.some((each) => /remove/i.test(each.title)) ? all : null;
    });
    assert.equal(actions[0]?.title, title, actions.map((each) => each.title).join(", "));
    assert.ok(actions[0].isPreferred);
    await vscode.commands.executeCommand("gradlens.addTypes", editor.document.uri);
    assert.deepEqual(made.map(existsSync), [true, true]);
    await until("the end of what was added", async () => {
      await vscode.commands.executeCommand("notification.acceptPrimaryAction");
      return !made.some(existsSync);
    });
  });

  it("come beside the model where there is a project already", async () => {
    const model = vscode.Uri.file(join(folder(), "inner/model.ts"));
    const project = join(folder(), "tsconfig.json");
    const text = "{}\n";
    writeFileSync(project, text);
    await vscode.workspace.fs.writeFile(model, new TextEncoder().encode("export {};\n"));
    await vscode.commands.executeCommand("gradlens.addTypes", model);
    assert.ok(existsSync(join(folder(), "inner/gradlens.d.ts")));
    assert.ok(!existsSync(join(folder(), "inner/tsconfig.json")));
    assert.equal(readFileSync(project, "utf8"), text);
  });
});
