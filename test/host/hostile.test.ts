// Whatever a model file does to its process, other languages go on answering, and the next trace is right.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import {
  awaitProblems,
  closeEditors,
  folder,
  hoverText,
  openModel,
  openTraced,
  sumTimes,
  until,
} from "./editor";

/** One file of each kind of harm, and what its problem says. */
const kinds: readonly [file: string, message: RegExp][] = [
  ["infinite-loop.ts", /limit of 2 s/],
  ["slow-pattern.ts", /limit of 2 s/],
  ["await-without-end.ts", /limit of 2 s/],
  ["ten-gigabytes.ts", /limit|memory/i],
  ["process-exit.ts", /process\.exit/],
  ["process-abort.js", /abort/i],
  ["process-kill.ts", /kill|SIG/i],
  ["stack-overflow.ts", /stack/i],
  ["unhandled-rejection.ts", /./],
  ["throw-null.ts", /null/],
  ["patched-for-good.ts", /nobody can put it back/],
  ["console-flood.ts", /limit of 2 s/],
];

describe("hostile models in the editor", function () {
  this.timeout(60_000);
  const settings = () => vscode.workspace.getConfiguration("gradlens");
  const setTimeLimit = (seconds: number | undefined) =>
    settings().update("timeout", seconds, vscode.ConfigurationTarget.Workspace);
  const fixtures = () =>
    join(vscode.extensions.getExtension("gradlens.gradlens")?.extensionPath ?? "", "test/fixtures/hostile");
  const style = () => vscode.Uri.file(join(folder(), "completion.css"));

  async function completions(): Promise<number> {
    const list: vscode.CompletionList = await vscode.commands.executeCommand(
      "vscode.executeCompletionItemProvider",
      style(),
      new vscode.Position(0, 5),
    );
    return list.items.length;
  }

  before(async () => {
    await setTimeLimit(2);
    await vscode.workspace.fs.writeFile(style(), new TextEncoder().encode("a { c }\n"));
    await vscode.workspace.openTextDocument(style());
    await until("the first completion", async () => (await completions()) > 0);
  });
  afterEach(closeEditors);
  after(() => setTimeLimit(undefined));

  for (const [file, message] of kinds) {
    it(`${file} disturbs nobody`, async () => {
      const text = readFileSync(join(fixtures(), file), "utf8");
      const editor = await openModel(text, extname(file).slice(1));
      const run = vscode.commands.executeCommand("gradlens.traceBackprop");
      assert.ok((await completions()) > 0, "no completion while it runs");
      await run;
      const [problem] = await awaitProblems(editor.document.uri);
      assert.match(problem?.message ?? "", message);
      assert.match(await hoverText(await openTraced(sumTimes), "sum = "), /\| 3 \| −4 \|/);
    });
  }
});
