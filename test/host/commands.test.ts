// Every command may be called by its id, wherever it does not apply: with no editor, and with whatever as an argument.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "mocha";
import * as vscode from "vscode";
import { closeEditors, openTraced, readLenses, sumTimes } from "./editor";

/** Called with these, or with a Uri made of them. */
const odd: readonly unknown[] = [
  undefined,
  null,
  "",
  "not/absolute.ts",
  "/nowhere/at-all.ts",
  "/etc/passwd",
  -1,
  Number.NaN,
  {},
  [],
  [{ path: 1 }],
  vscode.Uri.parse("https://example.com/model.ts"),
  vscode.Uri.parse("untitled:Untitled-99"),
  vscode.Uri.file("/"),
];

/** These do something where nothing is open. */
const acts = new Set(["gradlens.openExample", "gradlens.addTypes"]);

/** Whether an argument names something, and is not as good as none. */
function isName(argument: unknown): boolean {
  return (typeof argument === "string" && argument.startsWith("/")) || argument instanceof vscode.Uri;
}

function commandIds(): string[] {
  const { packageJSON } = vscode.extensions.getExtension("gradlens.gradlens") ?? assert.fail();
  return packageJSON.contributes.commands.map(({ command }: { command: string }) => command);
}

/** Calls a command; a message or a list that it shows is sent away. */
async function call(id: string, ...args: readonly unknown[]): Promise<void> {
  let isOver = false;
  const called = vscode.commands.executeCommand(id, ...args).then(() => {
    isOver = true;
  });
  while (!isOver) {
    await vscode.commands.executeCommand("notifications.clearAll");
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await Promise.race([called, new Promise((done) => setTimeout(done, 20))]);
  }
  await called;
}

describe("commands by id", function () {
  this.timeout(180_000);

  it("are harmless without an editor, whatever their arguments", async () => {
    await closeEditors();
    for (const id of commandIds())
      for (const argument of odd) {
        if (acts.has(id) && !isName(argument)) continue;
        await call(id, argument);
        await call(id, argument, argument);
      }
    assert.deepEqual(["/nowhere", "/gradlens.d.ts"].filter(existsSync), []);
  });

  it("are harmless in a file that is no model, and leave the last trace as it is", async () => {
    const traced = await openTraced(sumTimes);
    const document = await vscode.workspace.openTextDocument({
      language: "css",
      content: "a { color: red; }\n",
    });
    await vscode.window.showTextDocument(document);
    for (const id of commandIds()) if (!acts.has(id)) await call(id);
    assert.match((await readLenses(traced)).at(-1)?.title ?? "", /^loss −12/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await closeEditors();
  });
});
