// A text that takes long to read keeps nobody waiting: other languages answer, and the extension host's loop turns on.
import assert from "node:assert/strict";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { closeEditors, folder, openModel, readLenses, until } from "./editor";

/** Layers enough that reading them all takes seconds. */
const long = `import { nn } from "gradlens";\n${Array.from(
  { length: 6_000 },
  (_, i) => `class L${i} { forward(x) { return x.add(${i}); } backward(g) { const d = g; return d; } }\n`,
).join("")}`;

/** Text that a parser that tries everything twice reads for a minute. */
const nested = `import { nn } from "gradlens";\nconst a: any = ${"<any>(".repeat(22)}1${")".repeat(22)};\nconst fc = new nn.Linear(2, 1);\n`;

describe("reading a text", () => {
  afterEach(closeEditors);

  async function completions(style: vscode.Uri): Promise<number> {
    const list: vscode.CompletionList = await vscode.commands.executeCommand(
      "vscode.executeCompletionItemProvider",
      style,
      new vscode.Position(0, 5),
    );
    return list.items.length;
  }

  it("that is long keeps no other language waiting", async () => {
    const style = vscode.Uri.file(join(folder(), "other.css"));
    await vscode.workspace.fs.writeFile(style, new TextEncoder().encode("a { c }\n"));
    await vscode.workspace.openTextDocument(style);
    await until("the first completion", async () => (await completions(style)) > 0);
    const loop = monitorEventLoopDelay({ resolution: 10 });
    loop.enable();
    const editor = await openModel(long, "ts");
    let isRead = false;
    const lenses = readLenses(editor).then(() => {
      isRead = true;
    });
    const started = performance.now();
    assert.ok((await completions(style)) > 0);
    const waited = performance.now() - started;
    assert.equal(isRead, false, "the completion waited for the text to be read");
    await lenses;
    loop.disable();
    console.log(
      `completion after ${Math.round(waited)} ms, the loop stood still for ${Math.round(loop.max / 1e6)} ms at most`,
    );
  });

  it("that is nested gives its lenses", async () => {
    const editor = await openModel(nested, "ts");
    const titles = await until("the lenses", async () => {
      const lenses = await readLenses(editor);
      return lenses.some(({ line }) => line === 2) ? lenses : null;
    });
    assert.ok(titles.length > 0);
  });
});
