// Trace Backprop in a real VS Code: what the hover, the lenses and Problems say after a run.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import {
  awaitProblems,
  closeEditors,
  find,
  hoverText,
  network,
  openModel,
  openTraced,
  readLenses,
  readProblems,
  sumTimes,
  until,
} from "./editor";

describe("trace in the editor", () => {
  afterEach(closeEditors);

  it("shows values and gradients in the hover", async () => {
    const editor = await openTraced(sumTimes);
    const sum = await hoverText(editor, "sum = ");
    assert.match(sum, /\| 3 \| −4 \|/);
    assert.match(sum, /x \+ y/);
    assert.match(await hoverText(editor, "z)"), /\| −4 \| 3 \|/);
  });

  it("names the identifier alone as the hover's range", async () => {
    const editor = await openTraced(sumTimes);
    const position = find(editor, "sum = ");
    const hovers: vscode.Hover[] = await vscode.commands.executeCommand(
      "vscode.executeHoverProvider",
      editor.document.uri,
      position,
    );
    const texts = hovers.map(({ range }) => range && editor.document.getText(range));
    assert.ok(texts.includes("sum"), String(texts));
  });

  it("shows each iteration of a variable in a loop", async () => {
    const editor = await openTraced(`import { tensor } from "gradlens";
export function loss() {
  let x = tensor(7, { requiresGrad: true });
  while (x.item() > 1) x = x.div(2);
  return x;
}
`);
    const text = await hoverText(editor, "x = x.div");
    assert.match(text, /iteration 3 of 3/);
    assert.match(text, /0\.25 → 0\.5 → 1/);
  });

  it("runs what stands in the editor, saved or not", async () => {
    const editor = await openModel(sumTimes);
    const number = find(editor, "5,");
    await editor.edit((edit) => edit.replace(new vscode.Range(number, number.translate(0, 1)), "6"));
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    assert.match(await hoverText(editor, "sum = "), /\| 4 \|/);
  });

  it("invites over layers and the loss, then shows loss and gradient", async () => {
    const editor = await openModel(network);
    const before = await readLenses(editor);
    assert.deepEqual(
      before.map(({ line, title }) => `${line} ${title}`),
      ["4 gradcheck this layer", "5 gradcheck this layer", "11 gradcheck this layer", "12 trace backprop"],
    );
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    const after = (await readLenses(editor)).at(-1)?.title ?? "";
    assert.match(after, /^loss 2\.\d+ · ‖∇‖ \d/);
  });

  it("leaves files alone that have nothing to do with gradients", async () => {
    const editor = await openModel(`export class History {
  forward() { return this.move(1); }
  backward() { return this.move(-1); }
  move(by) { return by; }
}
`);
    assert.deepEqual(await readLenses(editor), []);
  });

  it("puts the verdict of a gradient check over its layer", async () => {
    const editor = await openModel(network);
    await vscode.commands.executeCommand("gradlens.gradcheckLayer", editor.document.uri.fsPath, 5);
    const [first, second] = await readLenses(editor);
    assert.match(first?.title ?? "", /^✓ gradcheck 195\/195 · worst \d/);
    assert.equal(second?.title, "gradcheck this layer");
  });

  it("shows what failed at the line where it failed, and clears it after a run that works", async () => {
    const editor = await openTraced(sumTimes.replace("x.add(y)", "x.add(missing)"));
    const { uri } = editor.document;
    const [problem] = await awaitProblems(uri);
    assert.match(problem?.message ?? "", /missing/);
    assert.equal(problem?.range.start.line, 5);
    const place = find(editor, "missing");
    await editor.edit((edit) => edit.replace(new vscode.Range(place, place.translate(0, 7)), "y"));
    await until("an empty list after the edit", () => readProblems(uri).length === 0);
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    assert.deepEqual(readProblems(uri), []);
  });

  it("marks results as older than an edit, follows lines, and forgets an edit that is undone", async () => {
    const editor = await openTraced(sumTimes);
    const line = editor.document.lineCount - 1;
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// new\n"));
    assert.match((await readLenses(editor)).at(-1)?.title ?? "", /before your edit/);
    assert.match(await hoverText(editor, "sum = "), /The file changed since this trace/);
    assert.equal(editor.document.lineCount - 1, line + 1);
    await vscode.commands.executeCommand("undo");
    assert.doesNotMatch((await readLenses(editor)).at(-1)?.title ?? "", /before your edit/);
  });

  it("does not take an edit of another file, made while the model ran, for one of its own", async () => {
    const other = await openModel("// settings, say\n");
    const busy = "for (const end = Date.now() + 600; Date.now() < end; );\n";
    const editor = await openModel(busy + sumTimes);
    const trace = vscode.commands.executeCommand("gradlens.traceBackprop");
    const edit = new vscode.WorkspaceEdit();
    edit.insert(other.document.uri, new vscode.Position(0, 0), "// changed\n");
    await vscode.workspace.applyEdit(edit);
    await trace;
    assert.match((await readLenses(editor)).at(-1)?.title ?? "", /^loss −12 · ‖∇‖ [\d.]+$/);
  });
});
