// What is not saved is what runs: an untitled document, and files that are open and changed.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import {
  awaitProblems,
  closeEditors,
  folder,
  hoverText,
  openModel,
  openTraced,
  readLenses,
  readProblems,
  sumTimes,
  until,
} from "./editor";

async function openUntitled(content: string, language?: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ content, ...(language ? { language } : {}) });
  return vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
}

async function trace(): Promise<void> {
  await vscode.commands.executeCommand("gradlens.traceBackprop");
}

async function lossLens(editor: vscode.TextEditor): Promise<string> {
  return (await readLenses(editor)).at(-1)?.title ?? "";
}

describe("text that is not saved", () => {
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    while (vscode.window.activeTextEditor)
      await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await closeEditors();
  });

  for (const language of ["typescript", "javascript", undefined])
    it(`runs from an untitled document in ${language ?? "no language yet"}, and nothing else does`, async () => {
      const other = await openTraced(sumTimes);
      await vscode.window.showTextDocument(other.document);
      const editor = await openUntitled(sumTimes.replace("-4", "-7"), language);
      await trace();
      await until("the hover of a language", async () => {
        await vscode.languages.setTextDocumentLanguage(editor.document, language ?? "typescript");
        return /^loss −21/.test(await lossLens(editor));
      });
      assert.match(await hoverText(editor, "sum = "), /\| 3 \| −7 \|/);
      assert.match(await lossLens(other), /^loss −12/);
      await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    });

  it("finds what an untitled document imports in the workspace's folder", async () => {
    const helper = vscode.Uri.file(join(folder(), "weights.js"));
    await vscode.workspace.fs.writeFile(helper, new TextEncoder().encode("export const w = -9;\n"));
    const editor = await openUntitled(
      `import { w } from "./weights.js";\n${sumTimes.replace("tensor(-4", "tensor(w")}`,
      "typescript",
    );
    await trace();
    assert.match(await lossLens(editor), /^loss −27/);
    await vscode.workspace.fs.delete(helper);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("has its problems and its gradient checks in an untitled document", async () => {
    const editor = await openUntitled(sumTimes.replace("x.add(y)", "x.add(yy)"), "typescript");
    await trace();
    const [problem] = await awaitProblems(editor.document.uri);
    assert.match(problem?.message ?? "", /yy/);
    assert.equal(problem?.range.start.line, 5);
    await editor.edit((edit) => edit.replace(new vscode.Range(5, 20, 5, 22), "y"));
    await vscode.commands.executeCommand("gradlens.gradcheckModel");
    await until("the end of the problem", () => readProblems(editor.document.uri).length === 0);
    assert.match(await lossLens(editor), /^loss −12/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("runs nothing from an untitled document that is no model", async () => {
    const traced = await openTraced(sumTimes);
    await traced.edit((edit) => edit.insert(new vscode.Position(0, 0), "// changed\n"));
    await openUntitled("Dear diary, today I computed a loss.\n");
    const run = trace();
    await until("the message", async () => {
      await vscode.commands.executeCommand("notifications.clearAll");
      return Promise.race([run.then(() => true), new Promise((done) => setTimeout(() => done(false), 50))]);
    });
    assert.match(await lossLens(traced), /before your edit$/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("leaves the trace as it was when it is undone or thrown away", async () => {
    const editor = await openTraced(sumTimes);
    const changed = () => lossLens(editor).then((title) => / · before your edit$/.test(title));
    await editor.edit((edit) => edit.delete(new vscode.Range(5, 0, 6, 0)));
    await until("the mark of an edit", changed);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// a note\n"));
    await vscode.commands.executeCommand("undo");
    await vscode.commands.executeCommand("undo");
    await until("the end of the mark", async () => !(await changed()));
    assert.match(await hoverText(editor, "sum = "), /\| 3 \|/);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// another note\n"));
    await until("the mark of another edit", changed);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await vscode.window.showTextDocument(editor.document.uri);
    await until("the end of the other mark", async () => !(await changed()));
  });

  it("is what runs of a file that is imported, too", async () => {
    const helper = await openModel("export const scale = 2;\n");
    const name = helper.document.uri.path.split("/").at(-1);
    const model = await openModel(
      `import { tensor } from "gradlens";
import { scale } from "./${name}";
const x = tensor([3, 4], { requiresGrad: true });
export const loss = () => x.mul(scale).sum();
`,
      "ts",
    );
    await trace();
    assert.match(await lossLens(model), /^loss 14/);
    const shown = await vscode.window.showTextDocument(helper.document, vscode.ViewColumn.Two);
    await shown.edit((edit) => edit.replace(new vscode.Range(0, 21, 0, 22), "10"));
    assert.ok(shown.document.isDirty);
    await vscode.window.showTextDocument(model.document, vscode.ViewColumn.One);
    await trace();
    assert.match(await lossLens(model), /^loss 70/);
  });
});
