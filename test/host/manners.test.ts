// What must not happen: a model that hangs the editor, a command that throws where it does not apply, a lost engine.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import {
  awaitProblems,
  closeEditors,
  folder,
  hoversAt,
  hoverText,
  network,
  openModel,
  openTraced,
  readLenses,
  readProblems,
  sumTimes,
  until,
} from "./editor";

const endless = `import { tensor } from "gradlens";
export function loss() {
  while (true) {}
  return tensor(1);
}
`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("manners", () => {
  const settings = () => vscode.workspace.getConfiguration("gradlens");

  afterEach(async () => {
    await settings().update("timeout", undefined, vscode.ConfigurationTarget.Workspace);
    await closeEditors();
  });

  it("answers a hover of another language while a model loops without end", async () => {
    await settings().update("timeout", 2, vscode.ConfigurationTarget.Workspace);
    const style = vscode.Uri.file(join(folder(), "style.css"));
    await vscode.workspace.fs.writeFile(style, new TextEncoder().encode("a { color: red; }\n"));
    await vscode.workspace.openTextDocument(style);
    await until("the first hover", async () => (await hoversAt(style, new vscode.Position(0, 5))).length > 0);
    const editor = await openModel(endless);
    let isOver = false;
    const run = vscode.commands.executeCommand("gradlens.traceBackprop").then(() => {
      isOver = true;
    });
    const hovers = await hoversAt(style, new vscode.Position(0, 5));
    assert.ok(hovers.length > 0);
    assert.ok(!isOver, "the run ended before the hover answered");
    await run;
    const { uri } = editor.document;
    const [problem] = await awaitProblems(uri);
    assert.match(problem?.message ?? "", /limit of 2 s/);
    assert.equal(problem?.range.start.line, 2);
    assert.match(await hoverText(await openTraced(sumTimes), "sum = "), /\| 3 \| −4 \|/);
  });

  it("stops a run at once", async () => {
    const editor = await openModel(endless);
    const run = vscode.commands.executeCommand("gradlens.traceBackprop");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await vscode.commands.executeCommand("gradlens.stop");
    await run;
    assert.deepEqual(readProblems(editor.document.uri), []);
  });

  it("says that a run was stopped as soon as it was, and its process is gone", async () => {
    const editor = await openModel(`import { writeFileSync } from "node:fs";
import { tensor } from "gradlens";
export function loss() {
  writeFileSync(import.meta.filename + ".pid", String(process.pid));
  while (true) {}
  return tensor(1);
}
`);
    const run = vscode.commands.executeCommand("gradlens.traceBackprop");
    const file = `${editor.document.uri.fsPath}.pid`;
    const pid = Number(
      await until("the model's process", () => existsSync(file) && readFileSync(file, "utf8")),
    );
    await vscode.commands.executeCommand("gradlens.stop");
    const titles = (await readLenses(editor)).map(({ title }) => title);
    assert.deepEqual(titles, ["trace backprop · stopped"]);
    await until("the end of the process", () => !isAlive(pid));
    await run;
    assert.deepEqual(
      (await readLenses(editor)).map(({ title }) => title),
      titles,
    );
  });

  it("says that a check was stopped as soon as it was, and what was traced stays", async () => {
    const editor = await openTraced(`import { nn, randn } from "gradlens";
const fc = new nn.Linear(2, 1);
let calls = 0;
export function loss() {
  if (calls++ > 0) for (;;);
  return fc.forward(randn([3, 2])).mean();
}
`);
    const titles = async () => (await readLenses(editor)).map(({ title }) => title);
    const [, loss = ""] = await titles();
    const check = vscode.commands.executeCommand("gradlens.gradcheckModel");
    await until("the check", async () => /gradcheck( \d+ %| …)$/.test((await titles())[0] ?? ""));
    await vscode.commands.executeCommand("gradlens.stop");
    assert.match((await titles())[0] ?? "", /^gradcheck this layer$|stopped$/);
    await check;
    assert.deepEqual(await titles(), ["○ gradcheck stopped", loss]);
  });

  it("gives the last of several commands its answer", async () => {
    const editor = await openModel(network);
    const { fsPath } = editor.document.uri;
    await Promise.all([
      vscode.commands.executeCommand("gradlens.traceBackprop", fsPath),
      vscode.commands.executeCommand("gradlens.traceBackprop", fsPath),
      vscode.commands.executeCommand("gradlens.gradcheckModel", fsPath),
      vscode.commands.executeCommand("gradlens.gradcheckLayer", fsPath, 6),
    ]);
    const titles = (await readLenses(editor)).map(({ title }) => title);
    assert.match(titles[1] ?? "", /^✓ gradcheck 40\/40/);
    assert.match(titles.at(-1) ?? "", /^loss/);
  });

  it("works again after Restart Engine", async () => {
    await openTraced(sumTimes);
    await vscode.commands.executeCommand("gradlens.restartEngine");
    const editor = await openTraced(sumTimes);
    assert.match(await hoverText(editor, "sum = "), /\| 3 \| −4 \|/);
  });

  it("opens an example that runs without any installation", async () => {
    await vscode.commands.executeCommand("gradlens.openExample", "sum-times.ts");
    const editor = vscode.window.activeTextEditor ?? assert.fail("nothing was opened");
    assert.match(editor.document.uri.path, /sum-times\.ts$/);
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    assert.deepEqual(readProblems(editor.document.uri), []);
  });

  it("replaces settings that make no sense", async () => {
    await settings().update("timeout", "soon", vscode.ConfigurationTarget.Workspace);
    const editor = await openTraced(sumTimes);
    assert.match(await hoverText(editor, "sum = "), /\| 3 \| −4 \|/);
  });
});
