// Where panels open: beside the text that they are about, never over it.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { closeEditors, openModel, openTraced } from "./editor";

const model = (value: number) => `import { parameter } from "gradlens";
const w = parameter(${value});
export const loss = () => w.mul(w);
`;

describe("the place of panels", () => {
  afterEach(closeEditors);

  it("leaves the column of the panels to them: a file that is opened from there goes to the other one", async () => {
    const { document } = await openModel(model(3));
    await openTraced(model(2));
    await vscode.commands.executeCommand("workbench.action.focusSecondEditorGroup");
    await vscode.commands.executeCommand("vscode.open", document.uri);
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    assert.equal(shown?.viewColumn, vscode.ViewColumn.One);
  });

  it("leaves the text in sight when its file stands where the panels are", async () => {
    await openTraced(model(2));
    const { document } = await openModel(model(3));
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Two);
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    const shown = vscode.window.visibleTextEditors.map((editor) => editor.document.uri.fsPath);
    assert.ok(shown.includes(document.uri.fsPath), `hidden; in sight are ${shown.join(", ") || "none"}`);
  });
});
